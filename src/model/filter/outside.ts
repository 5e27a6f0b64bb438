/** What happens to packets that this host passes on from and to its networks: isolation, and addresses for the way out. */
import type { ChainWanted, SetWanted, TableWanted } from './table.ts';

/** Networks and addresses, of both families. */
export interface OutsideWanted {
  /** All networks of this host: between them addresses stay as they are. */
  readonly networks: readonly string[];
  /** Those whose guests go out under the host's address. */
  readonly masqueraded: readonly string[];
  /** Where guests are that reach no other such guest. */
  readonly isolated: readonly string[];
  /** Guests in such networks that are not isolated. */
  readonly sociable: readonly string[];
}

const isolation = (family: 'ip' | 'ip6', version: 'ipv4' | 'ipv6') =>
  `${family} saddr @isolated-${version} ${family} daddr @isolated-${version} ${family} saddr != @sociable-${version} ${family} daddr != @sociable-${version} drop`;
const masquerade = (family: 'ip' | 'ip6', version: 'ipv4' | 'ipv6') =>
  `${family} saddr @masqueraded-${version} ${family} daddr != @networks-${version} masquerade`;

const chains: readonly ChainWanted[] = [
  {
    name: 'forward',
    base: { type: 'filter', hook: 'forward', priority: -10 },
    // Ports of a bridge that are isolated are so from each other; through this host as their router they are not.
    rules: [isolation('ip', 'ipv4'), isolation('ip6', 'ipv6')],
  },
  {
    name: 'postrouting',
    base: { type: 'nat', hook: 'postrouting', priority: 100 },
    rules: [masquerade('ip', 'ipv4'), masquerade('ip6', 'ipv6')],
  },
];

/** Undefined where there is nothing to do. */
export function outsideTable(wanted: OutsideWanted): TableWanted | undefined {
  if (wanted.masqueraded.length === 0 && wanted.isolated.length === 0) return undefined;
  const pair = (name: string, values: readonly string[]): SetWanted[] => [
    set(
      `${name}-ipv4`,
      'type ipv4_addr',
      values.filter((value) => !value.includes(':')),
    ),
    set(
      `${name}-ipv6`,
      'type ipv6_addr',
      values.filter((value) => value.includes(':')),
    ),
  ];
  const sets = [
    ...pair('networks', wanted.networks),
    ...pair('masqueraded', wanted.masqueraded),
    ...pair('isolated', wanted.isolated),
    ...pair('sociable', wanted.sociable),
  ];
  return { family: 'inet', chains, sets };
}

function set(name: string, type: string, elements: readonly string[]): SetWanted {
  return { name, type, interval: true, elements: [...new Set(elements)].sort() };
}
