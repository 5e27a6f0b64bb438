/** Which networks can be together on this host. */

import { rangesOf } from '../model/beyond.ts';
import { liesIn, overlapping } from '../model/ip-network.ts';
import { contains, formatNetwork } from '../model/ipv4.ts';
import { sameNetwork64 } from '../model/ipv6.ts';
import type { Problem } from '../model/problem.ts';
import { DEFAULT_NETWORK, type Network } from './network.ts';

type Networks = ReadonlyMap<string, Network>;

/**
 * The networks that do not get into each other's way. One that is refused falls back to what it was last, and is left
 * out where that does not go either. Those that stay as they were win over others, and the default one over new ones.
 *
 * @param wanted with the default one
 * @param last those in force so far
 */
export function settleNetworks(
  wanted: Networks,
  last: Networks,
): { networks: Networks; problems: Problem[] } {
  const chosen = new Map(wanted);
  const problems: Problem[] = [];
  for (;;) {
    const kept: Network[] = [];
    let refused = 0;
    for (const network of [...chosen.values()].sort((a, b) => order(a, b, last))) {
      const found = conflicts(network, kept);
      if (found.length === 0) {
        kept.push(network);
        continue;
      }
      refused += 1;
      for (const problem of found) problems.push(problem);
      const before = last.get(network.name);
      if (before === undefined || before === network) chosen.delete(network.name);
      else chosen.set(network.name, before);
    }
    if (refused === 0) return { networks: chosen, problems };
  }
}

function order(a: Network, b: Network, last: Networks): number {
  const rank = (network: Network) => {
    if (sameClaims(network, last.get(network.name))) return 0;
    return network.name === DEFAULT_NETWORK ? 1 : 2;
  };
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function sameClaims({ bridge }: Network, before: Network | undefined): boolean {
  return (
    before !== undefined &&
    bridge.name === before.bridge.name &&
    bridge.address.address === before.bridge.address.address &&
    bridge.address.prefix === before.bridge.address.prefix &&
    bridge.ipv6Address?.address === before.bridge.ipv6Address?.address
  );
}

function conflicts(network: Network, others: readonly Network[]): Problem[] {
  const { name, address, ipv6Address } = network.bridge;
  const own = ownProblems(network);
  return own.length > 0
    ? own
    : others.flatMap((other) => {
        const problems: Problem[] = [];
        const refuse = (key: string, what: string, cause: string) =>
          problems.push(problemAt(network, key, `cannot use ${what}: ${cause}`));
        const { uplink } = network.bridge;
        if (
          uplink.kind === 'interface' &&
          other.bridge.uplink.kind === 'interface' &&
          uplink.name === other.bridge.uplink.name
        )
          refuse(
            'uplink',
            `Uplink=${uplink.name}`,
            `network ${other.name} has it (${placeOf(other, 'uplink')}); write another one`,
          );
        for (const { destination } of network.bridge.routes) {
          if (rangesOf(other).some((range) => overlapping(range, destination)))
            refuse(
              'routes',
              `Routes=${destination} via …`,
              `it overlaps network ${other.name}, which is on this host`,
            );
        }
        if (name === other.bridge.name)
          refuse(
            'name',
            `Name=${name}`,
            `network ${other.name} has it (${placeOf(other, 'name')}); write another one`,
          );
        const theirs = other.bridge.address;
        if (contains(address, theirs.address) || contains(theirs, address.address)) {
          const cause = `it overlaps ${formatNetwork(theirs)} of network ${other.name} (${placeOf(other, 'address')})`;
          refuse(
            'address',
            `Address=${address.address}/${address.prefix}`,
            `${cause}; write one of another network`,
          );
        }
        const theirs6 = other.bridge.ipv6Address;
        if (
          ipv6Address !== undefined &&
          theirs6 !== undefined &&
          sameNetwork64(ipv6Address.address, theirs6.address)
        ) {
          const cause = `network ${other.name} has the same one (${placeOf(other, 'ipv6Address')})`;
          refuse(
            'ipv6Address',
            `IPv6Address=${ipv6Address.address}/64`,
            `${cause}; write one of another network`,
          );
        }
        return problems;
      });
}

/** What is wrong with the way out of a network by itself. */
function ownProblems(network: Network): Problem[] {
  const { name, address, ipv6Address, uplink, routes } = network.bridge;
  const problems: Problem[] = [];
  const refuse = (key: string, what: string, cause: string) =>
    problems.push(problemAt(network, key, `cannot use ${what}: ${cause}`));
  if (uplink.kind === 'interface' && uplink.name === name)
    refuse('uplink', `Uplink=${name}`, 'it is the bridge itself; write the name of another interface');
  const ranges = rangesOf(network);
  for (const { destination, via } of routes) {
    const text = `Routes=${destination} via ${via}`;
    if (via === address.address || via === ipv6Address?.address)
      refuse('routes', text, 'it is the address of this host; write that of a guest');
    else if (!ranges.some((range) => liesIn(via, range)))
      refuse(
        'routes',
        text,
        `${via} is outside the network ${ranges.join(' and ')}; write the address of one of its guests`,
      );
    else if (ranges.some((range) => overlapping(range, destination)))
      refuse('routes', text, 'it overlaps the network itself');
  }
  return problems;
}

function problemAt({ file, written }: Network, key: string, message: string): Problem {
  const origin = written.get(key);
  const path = origin?.file ?? file ?? '/etc/umlnfs.conf';
  return { severity: 'error', file: path, line: origin?.line, guest: undefined, message };
}

function placeOf({ file, written }: Network, key: string): string {
  const origin = written.get(key);
  return origin === undefined ? (file ?? 'by default') : `${origin.file}:${origin.line}`;
}
