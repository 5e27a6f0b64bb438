import type { Desired, TapWanted } from '../model/desired.ts';
import type { Observed, TapSeen } from '../model/observed.ts';
import type { Step } from './step.ts';

/** The bridge, as one idempotent step that names what is amiss. */
export function planBridge(desired: Desired, observed: Observed): Step[] {
  const { bridge } = desired;
  const seen = observed.bridge;
  const address = `${bridge.address}/${bridge.prefix}`;
  const amiss =
    seen === undefined
      ? `there is no bridge ${bridge.name}`
      : !seen.addresses.includes(address)
        ? `bridge ${bridge.name} has no address ${address}`
        : !seen.up
          ? `bridge ${bridge.name} is down`
          : undefined;
  return amiss === undefined ? [] : [{ kind: 'bridge.ensure', bridge, why: amiss }];
}

/**
 * Bridges of umlnfs that the host file named before. They have to go: with the same network on two bridges, the host
 * sends what is for the guests to the wrong one.
 */
export function planStaleBridges(desired: Desired, observed: Observed): Step[] {
  const why = `the bridge's name is ${desired.bridge.name} now`;
  return (observed.oldBridges ?? []).map((name) => ({ kind: 'bridge.remove', name, why }));
}

function tapAmiss(tap: TapWanted, seen: TapSeen | undefined): string | undefined {
  if (seen === undefined) return `there is no tap ${tap.name}`;
  if (seen.guest !== tap.guest) return `${tap.name} is not marked as the tap of ${tap.guest}`;
  if (seen.uid !== tap.uid) return `tap ${tap.name} does not belong to user ${tap.uid}`;
  if (seen.master !== tap.bridge) return `tap ${tap.name} is not on bridge ${tap.bridge}`;
  if (!seen.up) return `tap ${tap.name} is down`;
  return undefined;
}

/** The tap of one guest. */
export function planTap(tap: TapWanted, observed: Observed): Step[] {
  const why = tapAmiss(tap, observed.taps.get(tap.name));
  return why === undefined ? [] : [{ kind: 'tap.ensure', guest: tap.guest, tap, why }];
}

/** Taps of umlnfs that no definition wants and no process holds. */
export function planStaleTaps(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const tap of observed.taps.values()) {
    if (tap.guest === undefined || desired.taps.has(tap.name)) continue;
    if (observed.guests.get(tap.guest)?.process !== undefined) continue;
    const why = desired.guests.has(tap.guest)
      ? `${tap.guest} has another tap now`
      : `no definition names a guest ${tap.guest}`;
    steps.push({ kind: 'tap.remove', guest: tap.guest, name: tap.name, why });
  }
  return steps;
}
