/** What the guests are called, and what dnsmasq is told of them. */
import type { Host } from '../definition/guest.ts';
import { type Network, networksOf } from '../definition/network.ts';
import type { GuestWanted } from './desired.ts';
import { networkAddress, prefixToNetmask } from './ipv4.ts';
import { networkOf64 } from './ipv6.ts';

/** Addresses and their names, as a line of hosts(5). */
export interface HostLine {
  readonly address: string;
  /** The one with the domain first. */
  readonly names: readonly string[];
}

/** What one dnsmasq answers on the bridge of one network. */
export interface NamesWanted {
  readonly network: string;
  /** The bridge's interface. */
  readonly bridge: string;
  readonly address: string;
  readonly netmask: string;
  readonly networkAddress: string;
  /** The prefix of the network, where guests are told it by router advertisements: `fd00:2::`. */
  readonly ipv6Prefix: string | undefined;
  readonly domain: string;
  /** Domains that are all of umlnfs: of names in them nobody else is asked. */
  readonly ownDomains: readonly string[];
  readonly dns: boolean;
  readonly dhcp: boolean;
  readonly hosts: readonly HostLine[];
  /** What the guests of this network get by DHCP and BOOTP. */
  readonly leases: readonly { readonly mac: string; readonly address: string }[];
}

/** Names that mean something else everywhere. */
const RESERVED = new Set(['localhost', 'ip6-localhost', 'ip6-loopback', 'broadcasthost']);

/**
 * The names of the guests, each with its network's domain and without it. Of two guests with the same host name both
 * addresses are told.
 */
function hostLines(host: Host, guests: Iterable<GuestWanted>): HostLine[] {
  const networks = networksOf(host);
  const lines: HostLine[] = [];
  for (const { hostname, network } of [...guests].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const domain = networks.get(network.bridge)?.bridge.domain;
    if (domain === undefined || RESERVED.has(hostname.toLowerCase())) continue;
    const names = [`${hostname}.${domain}`, hostname];
    for (const address of [network.address, network.ipv6]) {
      if (address !== undefined) lines.push({ address, names });
    }
  }
  return lines;
}

/** What is beyond an interface in the bridge would hear the announcements too, and take this host for its router. */
function announced({ ipv6Address, uplink }: Network['bridge']): Network['bridge']['ipv6Address'] {
  return uplink.kind === 'interface' ? undefined : ipv6Address;
}

/** By network: what its dnsmasq has to serve. Networks without guests have no bridge, and need none. */
export function namesWanted(host: Host, guests: Iterable<GuestWanted>): Map<string, NamesWanted> {
  const all = [...guests].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hosts = hostLines(host, all);
  const networks = networksOf(host);
  const ownDomains = [...new Set([...networks.values()].map(({ bridge }) => bridge.domain))].sort();
  const wanted = new Map<string, NamesWanted>();
  for (const [name, { bridge }] of networks) {
    const { dns, dhcp, domain, address } = bridge;
    const ipv6Address = announced(bridge);
    const inside = all.filter(({ network }) => network.bridge === name);
    if (inside.length === 0 || (!dns && !dhcp && ipv6Address === undefined)) continue;
    wanted.set(name, {
      network: name,
      bridge: bridge.name,
      address: address.address,
      netmask: prefixToNetmask(address.prefix),
      networkAddress: networkAddress(address),
      ipv6Prefix: ipv6Address === undefined ? undefined : networkOf64(ipv6Address.address),
      domain,
      ownDomains,
      dns,
      dhcp,
      hosts: dns ? hosts : [],
      leases: dhcp
        ? inside.flatMap(({ network: { mac, address } }) => (address === undefined ? [] : [{ mac, address }]))
        : [],
    });
  }
  return wanted;
}

/** Those guests that the host itself is to know by name. */
export function hostNames(host: Host, guests: Iterable<GuestWanted>): HostLine[] {
  const networks = networksOf(host);
  return hostLines(
    host,
    [...guests].filter(({ network }) => networks.get(network.bridge)?.bridge.hostNames === true),
  );
}
