import type { Guest, Host } from '../definition/guest.ts';
import { type Network, networksOf } from '../definition/network.ts';
import { beyondWanted } from './beyond.ts';
import { type Candidate, sharedRoots, withoutConflicts } from './conflicts.ts';
import { withDependencies, withPulled } from './dependencies.ts';
import type { BridgeWanted, Desired, ExportWanted, GuardWanted, GuestWanted, TapWanted } from './desired.ts';
import { disksInRoots } from './disk-rules.ts';
import { guardWanted } from './filter/guard-wanted.ts';
import { type Finding, problemOf } from './finding.ts';
import { guestFindings } from './guest-rules.ts';
import { exportWanted, guestWanted, serverOf } from './guest-wanted.ts';
import { numberToIpv4 } from './ipv4.ts';
import { isolatedServers } from './isolation-rules.ts';
import { hostNames, namesWanted } from './names.ts';
import { getsAddress, type Kept, NOTHING_KEPT, pickAddresses, pickRange } from './pick-address.ts';
import type { Problem } from './problem.ts';
import type { ServerWanted } from './server.ts';
import { withServers } from './server-rules.ts';

const NOBODY: ReadonlySet<string> = new Set();

/**
 * What should be on this host. Guests with an error are left out of it, and the problems say why.
 *
 * @param hostId what tells this host from others (the machine id); the guests' MAC addresses are made from it
 * @param accepted names of guests that win over all others where two want the same address, MAC address, tap or
 *   user; among equals the name decides
 * @param users numeric ids of the user names that this host knows
 * @param kept addresses that guests without Address= have already
 */
export function desired(
  host: Host,
  guests: Iterable<Guest>,
  hostId: string,
  accepted: ReadonlySet<string> = NOBODY,
  users: ReadonlyMap<string, number> = new Map(),
  kept: Kept = NOTHING_KEPT,
): { desired: Desired; problems: Problem[] } {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const sorted = [...guests];
  const networks = networksOf(host);
  const picked = pickAddresses(host, sorted, kept);
  const first = new Set([...accepted, ...[...kept.running.keys()].filter((name) => picked.has(name))]);
  sorted.sort((a, b) => inOrder(a.name, b.name, first));
  for (const guest of sorted) {
    const network = networks.get(guest.network.bridge);
    const obstacle = network === undefined ? noNetwork(guest) : noAddress(network, guest, picked);
    if (network === undefined || obstacle !== undefined) {
      if (obstacle !== undefined) problems.push(problemOf(guest, obstacle));
      continue;
    }
    const wanted = guestWanted(host, network, guest, guest.guest.address ?? picked.get(guest.name), hostId);
    const findings = guestFindings(host, network, guest, wanted);
    const uid = uidOf(wanted.user, users);
    if (typeof uid !== 'number') findings.push(uid);
    problems.push(...findings.map((finding) => problemOf(guest, finding)));
    if (typeof uid !== 'number' || findings.some(({ severity }) => severity === 'error')) continue;
    candidates.push({ guest, wanted, network, uid });
  }
  const { kept: together, problems: conflicts } = withoutConflicts(candidates);
  const all = new Set(sorted.map(({ name }) => name));
  const inRoots = disksInRoots(host, together);
  const apart = together.filter((candidate) => !inRoots.has(candidate));
  const { kept: able, problems: dependencies } = withDependencies(apart, all, accepted);
  const fitting = withServers(able);
  problems.push(
    ...conflicts,
    ...[...inRoots.values()].flat(),
    ...dependencies,
    ...isolatedServers(fitting),
    ...sharedRoots(fitting),
  );
  return { desired: wholeOf(host, fitting), problems };
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

function noNetwork({ network }: Guest): Finding {
  const message = `cannot use Bridge=${network.bridge}: there is no network ${network.bridge} that can be used; write /etc/umlnfs.d/${network.bridge}.network, or correct it, and see umlnfs check`;
  return { key: 'network.bridge', severity: 'error', message };
}

function noAddress(network: Network, guest: Guest, picked: ReadonlyMap<string, string>): Finding | undefined {
  if (!getsAddress(guest, network) || picked.has(guest.name)) return undefined;
  const { first, last } = pickRange(network);
  const range = `${numberToIpv4(first)}-${numberToIpv4(last)}`;
  const message = `cannot pick an address: all of ${range} in network ${network.name} are taken; make its Range= or its Address=…/PREFIX larger, or write Address= of [Guest]`;
  return { key: undefined, severity: 'error', message };
}

function bridgeWanted({ name: network, bridge }: Network): BridgeWanted {
  const { name, address, ipv6Address, dns, dhcp, domain } = bridge;
  return { network, name, ...address, ipv6: ipv6Address, dns, dhcp, domain };
}

function wholeOf(host: Host, fitting: readonly Candidate[]): Desired {
  const guests = new Map<string, GuestWanted>();
  const taps = new Map<string, TapWanted>();
  const servers = new Map<string, ServerWanted>();
  const guards = new Map<string, GuardWanted>();
  const exports = new Map<string, ExportWanted>();
  for (const { guest, wanted, network, uid } of fitting) {
    const { name } = guest;
    guests.set(name, wanted);
    const { tap, guarded } = wanted.network;
    // A server has to be reached by its clients.
    const isolated = (guest.network.isolate ?? network.bridge.isolate) && !wanted.serves;
    taps.set(tap, { name: tap, guest: name, bridge: network.bridge.name, uid, guarded, isolated });
    if (guarded) guards.set(tap, guardWanted(network, guest, wanted));
    const exported = exportWanted(host, network, guest, wanted);
    if (exported !== undefined) exports.set(name, exported);
    const server = serverOf(guest, wanted);
    if (server !== undefined) servers.set(server.id, server);
  }
  return {
    bridges: new Map([...networksOf(host)].map(([name, network]) => [name, bridgeWanted(network)])),
    names: namesWanted(host, guests.values()),
    hostNames: hostNames(host, guests.values()),
    exporter: host.server.exporter,
    parallelStarts: host.limits.parallelStarts,
    guests: withPulled(guests),
    taps,
    servers,
    guards,
    beyond: beyondWanted(fitting),
    exports,
  };
}
