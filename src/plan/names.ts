/** Names, DHCP and router advertisements on the bridges, and the guests' names in the host's own hosts file. */
import type { Desired, GuestWanted } from '../model/desired.ts';
import type { HostLine } from '../model/names.ts';
import type { KernelSeen, Observed } from '../model/observed.ts';
import { mayBeMore } from './held.ts';
import type { Step } from './step.ts';

/** Of the names those addresses that answer: a guest whose kernel speaks no IPv6 has none of that, whatever its network. */
export function answering(desired: Desired, kernels: ReadonlyMap<string, KernelSeen>): Desired {
  const silent = new Set<string>();
  for (const { kernel, network } of desired.guests.values()) {
    const seen = kernels.get(kernel);
    if (network.ipv6 !== undefined && seen?.ok && seen.caps.ipv6 === 'none') silent.add(network.ipv6);
  }
  if (silent.size === 0) return desired;
  const heard = (lines: readonly HostLine[]) => lines.filter(({ address }) => !silent.has(address));
  return {
    ...desired,
    names: new Map(
      [...desired.names].map(([network, names]) => [network, { ...names, hosts: heard(names.hosts) }]),
    ),
    hostNames: heard(desired.hostNames),
  };
}

/** The dnsmasq of each network. Where none is installed, only guests that cannot do without it hear of it. */
export function planNames(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  const { installed, amiss, stale } = observed.names;
  for (const names of desired.names.values()) {
    const why = amiss.get(names.network);
    if (installed && why !== undefined) steps.push({ kind: 'names.serve', names, why });
  }
  for (const network of mayBeMore(desired) ? [] : stale) {
    steps.push({ kind: 'names.end', network, why: 'no guest of the network needs it any more' });
  }
  return steps;
}

/** The guests' names in the host's hosts file. */
export function planHosts(desired: Desired, observed: Observed): Step[] {
  const lines = desired.hostNames.map(({ address, names }) => `${address} ${names.join(' ')}`);
  const seen = observed.hostNames ?? [];
  if (lines.join('\n') === seen.join('\n')) return [];
  if (lines.length === 0 && mayBeMore(desired)) return [];
  const why = seen.length === 0 ? 'this host does not know the guests by name' : 'they are other ones there';
  return [{ kind: 'hosts.write', lines, why }];
}

/** Why a guest cannot learn its address; undefined where it can, or need not. */
export function leaseProblem(wanted: GuestWanted, observed: Observed): string | undefined {
  if (!wanted.network.leased || observed.names.installed) return undefined;
  const { autoconf } = wanted.network;
  return `cannot start guest ${wanted.name}: Autoconf=${autoconf} needs dnsmasq, which is not installed; install it with: apt-get install dnsmasq-base, or write DHCP=no into [Bridge] where another server on the bridge answers`;
}
