import type { TapWanted } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';
import { guardedGroup } from '../../model/filter/guard-chains.ts';
import type { TapSeen } from '../../model/observed.ts';
import { ipBatch } from './ip.ts';
import { type Links, observeLinks } from './observe.ts';
import { tapAlias } from './parse.ts';

/** Makes one tap be as wanted; see {@link ensureTaps}. */
export async function ensureTap(tap: TapWanted): Promise<void> {
  const error = (await ensureTaps([tap])).get(tap.name);
  if (error !== undefined) throw error;
}

/**
 * Makes taps exist, up, on their bridges and owned by their users, all in one call of ip(8). One that is already as
 * wanted is not touched; one whose owner is wrong is made anew, which takes it from the process that holds it.
 * @returns what failed, by tap name; the others are fine
 * @throws UserError where nothing could be tried at all
 */
export async function ensureTaps(taps: readonly TapWanted[]): Promise<ReadonlyMap<string, UserError>> {
  const failed = new Map<string, UserError>();
  if (taps.length === 0) return failed;
  const links = await observeLinks();
  const commands: { readonly tap: TapWanted; readonly words: readonly string[] }[] = [];
  for (const tap of taps) {
    const conflict = conflictOf(tap, links);
    if (conflict !== undefined) failed.set(tap.name, conflict);
    else commands.push(...commandsFor(tap, links.taps.get(tap.name)).map((words) => ({ tap, words })));
  }
  const causes = await ipBatch(
    'make taps',
    commands.map(({ words }) => words),
  );
  causes.forEach((cause, index) => {
    const tap = commands[index]?.tap;
    // The first cause is the one; what follows from it fails too.
    if (cause === undefined || tap === undefined || failed.has(tap.name)) return;
    failed.set(tap.name, tapError(tap, cause));
  });
  return failed;
}

/** Removes a tap that umlnfs made; no error when there is none, and another device of that name stays. */
export async function removeTap(name: string): Promise<void> {
  const { taps } = await observeLinks();
  if (taps.get(name)?.guest === undefined) return;
  const action = `remove tap ${name}`;
  const [cause] = await ipBatch(action, [['link', 'delete', 'dev', name]]);
  if (cause !== undefined && !/Cannot find device/.test(cause)) throw new UserError(action, cause);
}

function conflictOf(tap: TapWanted, links: Links): UserError | undefined {
  const action = `make tap ${tap.name} for ${tap.guest}`;
  const seen = links.taps.get(tap.name);
  if (links.bridges.has(tap.name)) {
    return new UserError(action, `${tap.name} is a bridge`, { hint: `choose another Tap= for ${tap.guest}` });
  }
  if (seen !== undefined && seen.guest === undefined) {
    return new UserError(action, `a device ${tap.name} that umlnfs did not make exists`, {
      hint: `choose another Tap= for ${tap.guest}, or remove it with: ip link delete ${tap.name}`,
    });
  }
  if (!links.bridges.has(tap.bridge)) {
    return new UserError(action, `there is no bridge ${tap.bridge}`);
  }
  return undefined;
}

function commandsFor(tap: TapWanted, seen: TapSeen | undefined): string[][] {
  const commands: string[][] = [];
  const remake = seen !== undefined && seen.uid !== tap.uid;
  if (remake) commands.push(['link', 'delete', 'dev', tap.name]);
  const present = remake ? undefined : seen;
  if (present === undefined) {
    commands.push(['tuntap', 'add', 'dev', tap.name, 'mode', 'tap', 'user', String(tap.uid)]);
    // The host has no business with IPv6 on a bridge port: no link-local address, no neighbour discovery from it.
    commands.push(['link', 'set', 'dev', tap.name, 'alias', tapAlias(tap.guest), 'addrgenmode', 'none']);
    // Before it is up: from then on only what the filter allows comes through.
    if (tap.guarded) commands.push(['link', 'set', 'dev', tap.name, 'group', String(guardedGroup)]);
  } else if (present.guest !== tap.guest) {
    commands.push(['link', 'set', 'dev', tap.name, 'alias', tapAlias(tap.guest)]);
  }
  if (present !== undefined && present.guarded !== tap.guarded)
    commands.push(['link', 'set', 'dev', tap.name, 'group', String(tap.guarded ? guardedGroup : 0)]);
  if (present?.master !== tap.bridge) commands.push(['link', 'set', 'dev', tap.name, 'master', tap.bridge]);
  if (present?.master !== tap.bridge || present.isolated !== tap.isolated) {
    const isolated = tap.isolated ? 'on' : 'off';
    // A bridge of somebody else may have a spanning tree, which is none of a guest's business (guard).
    commands.push([
      ...['link', 'set', 'dev', tap.name, 'type', 'bridge_slave'],
      ...['isolated', isolated, 'guard', tap.guarded ? 'on' : 'off'],
    ]);
  }
  if (!present?.up) commands.push(['link', 'set', 'dev', tap.name, 'up']);
  return commands;
}

function tapError(tap: TapWanted, cause: string): UserError {
  const action = `make tap ${tap.name} for ${tap.guest}`;
  if (/\/dev\/net\/tun/.test(cause)) {
    return new UserError(action, cause, { hint: 'load the driver with: modprobe tun' });
  }
  return new UserError(action, cause, /not permitted/.test(cause) ? { hint: 'run as root' } : {});
}
