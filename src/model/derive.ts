import type { Guest, Host } from '../definition/guest.ts';
import { type Candidate, sharedRoots, withoutConflicts } from './conflicts.ts';
import { withDependencies, withPulled } from './dependencies.ts';
import type { Desired, ExportWanted, GuestWanted, TapWanted } from './desired.ts';
import { type Finding, problemOf } from './finding.ts';
import { guestFindings } from './guest-rules.ts';
import { exportWanted, guestWanted, serverOf } from './guest-wanted.ts';
import type { Problem } from './problem.ts';
import type { ServerWanted } from './server.ts';

const NOBODY: ReadonlySet<string> = new Set();

/**
 * What should be on this host. Guests with an error are left out of it, and the problems say why.
 *
 * @param hostId what tells this host from others (the machine id); the guests' MAC addresses are made from it
 * @param accepted names of guests that win over all others where two want the same address, MAC address, tap or
 *   user; among equals the name decides
 * @param users numeric ids of the user names that this host knows
 */
export function desired(
  host: Host,
  guests: Iterable<Guest>,
  hostId: string,
  accepted: ReadonlySet<string> = NOBODY,
  users: ReadonlyMap<string, number> = new Map(),
): { desired: Desired; problems: Problem[] } {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const sorted = [...guests].sort((a, b) => inOrder(a.name, b.name, accepted));
  for (const guest of sorted) {
    const wanted = guestWanted(host, guest, hostId);
    const findings = guestFindings(host, guest, wanted);
    const uid = uidOf(wanted.user, users);
    if (typeof uid !== 'number') findings.push(uid);
    problems.push(...findings.map((finding) => problemOf(guest, finding)));
    if (typeof uid !== 'number' || findings.some(({ severity }) => severity === 'error')) continue;
    candidates.push({ guest, wanted, uid });
  }
  const { kept: together, problems: conflicts } = withoutConflicts(candidates);
  const all = new Set(sorted.map(({ name }) => name));
  const { kept, problems: dependencies } = withDependencies(together, all, accepted);
  problems.push(...conflicts, ...dependencies, ...sharedRoots(kept));
  return { desired: wholeOf(host, kept), problems };
}

function inOrder(a: string, b: string, accepted: ReadonlySet<string>): number {
  if (accepted.has(a) !== accepted.has(b)) return accepted.has(a) ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function uidOf(user: string | number, users: ReadonlyMap<string, number>): number | Finding {
  if (typeof user === 'number') return user;
  const uid = users.get(user);
  const refuse = (cause: string): Finding => ({
    key: 'guest.user',
    severity: 'error',
    message: `cannot use User=${user}: ${cause}`,
  });
  if (uid === undefined) return refuse(`this host has no such user; create it with useradd --system ${user}`);
  if (uid === 0) return refuse('it is the superuser, and a guest must not run as that');
  return uid;
}

function wholeOf(host: Host, kept: readonly Candidate[]): Desired {
  const { address, prefix } = host.bridge.address;
  const guests = new Map<string, GuestWanted>();
  const taps = new Map<string, TapWanted>();
  const servers = new Map<string, ServerWanted>();
  const exports = new Map<string, ExportWanted>();
  for (const { guest, wanted, uid } of kept) {
    const { name } = guest;
    guests.set(name, wanted);
    taps.set(wanted.network.tap, { name: wanted.network.tap, guest: name, bridge: host.bridge.name, uid });
    const exported = exportWanted(host, guest, wanted);
    if (exported !== undefined) exports.set(name, exported);
    const server = serverOf(guest);
    if (server !== undefined) servers.set(server.id, server);
  }
  return {
    bridge: { name: host.bridge.name, address, prefix },
    exporter: host.server.exporter,
    parallelStarts: host.limits.parallelStarts,
    guests: withPulled(guests),
    taps,
    servers,
    exports,
  };
}
