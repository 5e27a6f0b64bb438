/** From the guests that are guarded to the table that does it. */
import type { GuardWanted } from '../desired.ts';
import { guardChains } from './guard-chains.ts';
import { numberOfIpv6, numberOfMac } from './numbers.ts';
import type { SetWanted, TableSeen, TableWanted } from './table.ts';

/** What is known of the networks that the guests are in. */
export interface Surroundings {
  /** The host's own addresses there. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Ports of their bridges that are no guarded taps: what comes from there must not look as if it came from here. */
  readonly others: readonly string[];
}

export interface KeptTaps {
  readonly taps: ReadonlySet<string>;
  /** The table as it is. */
  readonly seen: TableSeen | undefined;
}

/**
 * @param kept taps of guests that still run as an earlier definition said: what they may send is known from the table
 *   alone, and without it they could not even be shut down in order
 */
export function guardTable(guards: Iterable<GuardWanted>, host: Surroundings, kept: KeptTaps): TableWanted {
  const all = [...guards].sort((a, b) => (a.tap < b.tap ? -1 : 1));
  const each = (of: (guard: GuardWanted) => readonly string[]) =>
    all.flatMap((guard) => of(guard).map((value) => `${guard.tap} . ${value}`));
  const set = (name: string, type: string, elements: readonly string[]): SetWanted => ({
    name,
    type,
    elements: unique(elements),
  });
  const byTap = (name: string, type: string, elements: readonly string[]): SetWanted =>
    set(name, type, [...elements, ...keptElements(name, kept)]);
  const named = new Set(all.map(({ tap }) => tap));
  // Networks of one tap must not overlap: those of a guest that still has a definition are the definition's alone.
  const networks = (name: string, type: string, elements: readonly string[]): SetWanted => {
    const before = keptElements(name, kept).filter((element) => !named.has(tapOf(element)));
    return { ...set(name, type, [...elements, ...before]), interval: true };
  };

  const sets = [
    byTap(
      'taps',
      'type ifname',
      all.map(({ tap }) => tap),
    ),
    byTap(
      'macs',
      'type ifname . ether_addr',
      each(({ mac }) => [mac]),
    ),
    byTap(
      'ipv4',
      'type ifname . ipv4_addr',
      each(({ ipv4 }) => ipv4),
    ),
    byTap(
      'ipv6',
      'type ifname . ipv6_addr',
      each(({ ipv6 }) => ipv6),
    ),
    networks(
      'networks-ipv4',
      'type ifname . ipv4_addr',
      each(({ networks4 }) => networks4),
    ),
    networks(
      'networks-ipv6',
      'type ifname . ipv6_addr',
      each(({ networks6 }) => networks6),
    ),
    byTap(
      'rarp',
      'type ifname',
      all.filter(({ rarp }) => rarp).map(({ tap }) => tap),
    ),
    byTap(
      'ipv6-own',
      'typeof iifname . @nh,128,64',
      each(({ identifiers }) => identifiers),
    ),
    byTap(
      'nd-own',
      'typeof iifname . @th,128,64',
      each(({ identifiers }) => identifiers),
    ),
    byTap(
      'nd-targets',
      'typeof iifname . @th,64,128',
      each(({ ipv6 }) => ipv6.map(numberOfIpv6)),
    ),
    byTap(
      'nd-macs',
      'typeof iifname . @th,208,48',
      each(({ mac }) => [numberOfMac(mac)]),
    ),
    byTap(
      'nd-router-macs',
      'typeof iifname . @th,80,48',
      each(({ mac }) => [numberOfMac(mac)]),
    ),
    byTap(
      'dhcp-macs',
      'typeof iifname . @th,288,48',
      each(({ mac }) => [numberOfMac(mac)]),
    ),
    set('others', 'type ifname', host.others),
    set(
      'claimed-macs',
      'type ether_addr',
      all.map(({ mac }) => mac),
    ),
    set(
      'claimed-ipv4',
      'type ipv4_addr',
      [host, ...all].flatMap(({ ipv4 }) => ipv4),
    ),
    set(
      'claimed-ipv6',
      'type ipv6_addr',
      [host, ...all].flatMap(({ ipv6 }) => ipv6),
    ),
  ];
  return { family: 'bridge', chains: guardChains, sets };
}

function keptElements(set: string, { taps, seen }: KeptTaps): readonly string[] {
  return [...(seen?.sets.get(set) ?? [])].filter((element) => taps.has(tapOf(element)));
}

function tapOf(element: string): string {
  return element.split(' . ')[0] ?? '';
}

function unique(elements: readonly string[]): readonly string[] {
  return [...new Set(elements)].sort();
}
