import type { Desired, GuestWanted } from '../model/desired.ts';
import { guardTable } from '../model/filter/guard.ts';
import { outsideTable } from '../model/filter/outside.ts';
import { type TableWanted, tableAmiss } from '../model/filter/table.ts';
import type { Observed } from '../model/observed.ts';
import { differences, type Launch } from './guests.ts';
import type { Step } from './step.ts';

/**
 * The packet filter, as one step. It comes before all taps: one that is marked as guarded lets nothing through that the
 * filter does not know.
 *
 * @param launchOf how a guest would be started now
 */
export function planFilter(
  desired: Desired,
  observed: Observed,
  launchOf: (wanted: GuestWanted) => Launch | undefined,
): Step[] {
  const wanted = tablesWanted(desired, observed, launchOf);
  const amiss = wanted.flatMap((table) => {
    const why = tableAmiss(table, observed.tables.get(table.family));
    return why === undefined ? [] : [{ table, why }];
  });
  const remove = [...observed.tables.keys()].filter(
    (family) => !wanted.some((table) => table.family === family),
  );
  if (amiss.length === 0 && remove.length === 0) return [];
  const why =
    amiss.length > 0 ? amiss.map((one) => one.why).join(', and ') : 'no definition wants it any more';
  return [{ kind: 'filter.apply', write: amiss.map(({ table }) => table), remove, why }];
}

function tablesWanted(
  desired: Desired,
  observed: Observed,
  launchOf: (wanted: GuestWanted) => Launch | undefined,
): TableWanted[] {
  const outside = outsideTable(desired.beyond.outside);
  const beyond = outside === undefined ? [] : [outside];
  const kept = tapsOfBefore(desired, observed, launchOf);
  if (desired.guards.size === 0 && kept.size === 0) return beyond;
  const bridges = [...desired.bridges.values()];
  const surroundings = {
    ipv4: bridges.map(({ address }) => address),
    ipv6: bridges.flatMap(({ ipv6 }) => (ipv6 === undefined ? [] : [ipv6.address])),
    others: [
      ...[...desired.taps.values()].filter(({ guarded }) => !guarded).map(({ name }) => name),
      ...desired.beyond.ports.map((port) => port.interface),
    ],
  };
  const seen = observed.tables.get('bridge');
  return [guardTable(desired.guards.values(), surroundings, { taps: kept, seen }), ...beyond];
}

/**
 * Taps of guests that run as no definition says any more. They may send what they could until they have ended: without
 * that they would lose their roots, and could not be shut down in order.
 */
function tapsOfBefore(
  desired: Desired,
  observed: Observed,
  launchOf: (wanted: GuestWanted) => Launch | undefined,
): ReadonlySet<string> {
  const kept = new Set<string>();
  const known = observed.tables.get('bridge')?.sets.get('taps');
  for (const { name, guest } of observed.taps.values()) {
    const process = guest === undefined ? undefined : observed.guests.get(guest)?.process;
    if (guest === undefined || process === undefined || known?.has(name) !== true) continue;
    const wanted = desired.guests.get(guest);
    const launch = wanted === undefined ? undefined : launchOf(wanted);
    const asDefined =
      wanted?.network.tap === name &&
      launch !== undefined &&
      differences(process.argv, launch.argv).length === 0;
    if (!asDefined) kept.add(name);
  }
  return kept;
}
