/**
 * Addresses for guests whose definitions give none. Nothing is stored: each follows from the guest's name, past those
 * that are taken, so it is the same on every start of the host as long as the definitions are.
 */
import { createHash } from 'node:crypto';
import type { Guest, Host } from '../definition/guest.ts';
import { type Network, networksOf } from '../definition/network.ts';
import { broadcastAddress, contains, ipv4ToNumber, networkAddress, numberToIpv4 } from './ipv4.ts';

/** Addresses that guests have already, by guest, and keep if they can. */
export interface Kept {
  /** Of guests that run: even a definition that writes such an address does not get it. */
  readonly running: ReadonlyMap<string, string>;
  /** Picked before for others: they stay when another guest comes or goes. */
  readonly picked: ReadonlyMap<string, string>;
}

export const NOTHING_KEPT: Kept = { running: new Map(), picked: new Map() };

/** Whether a guest without Address= gets one of the network: by its command line, or by our DHCP. */
export function getsAddress(guest: Guest, network: Network): boolean {
  return guest.guest.address === undefined && (guest.network.autoconf === 'off' || isLeased(guest, network));
}

/** Whether a guest learns its address from this host's DHCP. */
export function isLeased({ guest, network }: Guest, { bridge }: Network): boolean {
  return bridge.dhcp && guest.address === undefined && ['dhcp', 'bootp'].includes(network.autoconf);
}

/** By guest; none for those for whom the range of their network has no address left. */
export function pickAddresses(host: Host, guests: Iterable<Guest>, kept: Kept): ReadonlyMap<string, string> {
  const networks = networksOf(host);
  const all = [...guests].sort((a, b) => (a.name < b.name ? -1 : 1));
  const asking = new Map<Network, Guest[]>();
  for (const guest of all) {
    const network = networks.get(guest.network.bridge);
    if (network === undefined || !getsAddress(guest, network)) continue;
    asking.set(network, [...(asking.get(network) ?? []), guest]);
  }
  const names = new Set([...asking.values()].flat().map(({ name }) => name));
  const others = addressesOfOthers(all, names, kept);
  const picked = new Map<string, string>();
  for (const [network, some] of asking) pickInNetwork(network, some, others, kept, picked);
  return picked;
}

/** The first and the last address that can be picked, as numbers. */
export function pickRange({ bridge }: Network): { readonly first: number; readonly last: number } {
  const { range, address } = bridge;
  if (range !== undefined) return { first: numberOf(range.first), last: numberOf(range.last) };
  return { first: numberOf(networkAddress(address)) + 1, last: numberOf(broadcastAddress(address)) - 1 };
}

interface Others {
  /** What definitions write, as guests' own addresses or as those of servers. */
  readonly written: ReadonlySet<string>;
  /** What guests that get none here run with, those without a usable definition too. */
  readonly inUse: ReadonlySet<string>;
}

function addressesOfOthers(guests: readonly Guest[], asking: ReadonlySet<string>, { running }: Kept): Others {
  const written = new Set<string>();
  for (const { guest, network, root } of guests) {
    for (const one of [guest.address, root.server, network.gateway, network.ntp, ...network.dns]) {
      if (one !== undefined) written.add(one);
    }
  }
  const inUse = [...running].filter(([name]) => !asking.has(name)).map(([, address]) => address);
  return { written, inUse: new Set(inUse) };
}

function pickInNetwork(
  network: Network,
  guests: readonly Guest[],
  others: Others,
  kept: Kept,
  picked: Map<string, string>,
): void {
  const { address: own } = network.bridge;
  const taken = new Set([own.address, networkAddress(own), broadcastAddress(own), ...others.inUse]);
  const { first, last } = pickRange(network);
  const keep = (addresses: ReadonlyMap<string, string>, usable: (address: string) => boolean) => {
    for (const { name } of guests) {
      const address = addresses.get(name);
      if (address === undefined || picked.has(name) || taken.has(address)) continue;
      if (!contains(own, address) || !usable(address)) continue;
      picked.set(name, address);
      taken.add(address);
    }
  };
  keep(kept.running, () => true);
  for (const address of others.written) taken.add(address);
  keep(kept.picked, (address) => numberOf(address) >= first && numberOf(address) <= last);
  for (const { name } of guests) {
    if (picked.has(name)) continue;
    const address = freeAddress(name, first, last, taken);
    if (address === undefined) continue;
    picked.set(name, address);
    taken.add(address);
  }
}

/** The first that is free from the place on that the name leads to, around the range. */
function freeAddress(
  name: string,
  first: number,
  last: number,
  taken: ReadonlySet<string>,
): string | undefined {
  const size = last - first + 1;
  const start = createHash('sha256').update(name).digest().readUIntBE(0, 6) % size;
  for (let step = 0; step < Math.min(size, taken.size + 1); step += 1) {
    const address = numberToIpv4(first + ((start + step) % size));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function numberOf(address: string): number {
  const value = ipv4ToNumber(address);
  if (value === undefined) throw new TypeError(`not a dotted quad: ${address}`);
  return value;
}
