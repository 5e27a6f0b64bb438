import type { Guest } from '../../definition/guest.ts';
import type { Network } from '../../definition/network.ts';
import type { GuardWanted, GuestWanted } from '../desired.ts';
import { isAddress, isIpv6, withoutInner } from '../ip-network.ts';
import { formatNetwork } from '../ipv4.ts';
import { linkLocalAddress } from '../ipv6.ts';
import { identifierOfMac } from './numbers.ts';

/** What a guest may send: what is its own, and what its definition allows besides. */
export function guardWanted(inside: Network, guest: Guest, wanted: GuestWanted): GuardWanted {
  const { address, ipv6, mac, tap, autoconf } = wanted.network;
  const allowed = guest.network.allowedAddresses;
  const own = [address, linkLocalAddress(mac), ipv6, ...allowed.filter(isAddress)];
  const addresses = [...new Set(own.filter((one) => one !== undefined))];
  // Where only a server on the network knows the guest's address, it is one that no other guest has.
  const unknown = address === undefined ? [formatNetwork(inside.bridge.address)] : [];
  const networks = withoutInner([...allowed.filter((one) => !isAddress(one)), ...unknown]);
  return {
    tap,
    guest: guest.name,
    mac,
    ipv4: addresses.filter((one) => !isIpv6(one)),
    ipv6: addresses.filter(isIpv6),
    networks4: networks.filter((one) => !isIpv6(one)),
    networks6: networks.filter(isIpv6),
    // Routers out there announce networks that nobody here knows.
    identifiers: inside.bridge.uplink.kind === 'interface' ? [identifierOfMac(mac)] : [],
    rarp: autoconf === 'rarp',
  };
}
