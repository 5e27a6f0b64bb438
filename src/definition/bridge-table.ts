/** The keys of `[Bridge]`: of the host file for the default network, of NAME.network for each further one. */
import { type Key, key, lines, optional, type SettingsOf } from './key.ts';
import {
  boolean,
  hostname,
  interfaceName,
  ipv4Network,
  ipv4Range,
  ipv6Network,
  route,
  uplink,
} from './value-types.ts';

interface Own<Name, Address> {
  readonly doc: string;
  readonly name: Key<Name>;
  readonly address: Key<Address>;
}

/** The section; name and address have defaults in the host file only. */
function bridgeSection<Name, Address>({ doc, name, address }: Own<Name, Address>) {
  return {
    name: 'Bridge',
    doc,
    keys: {
      name,
      address,
      ipv6Address: optional(
        'IPv6Address',
        ipv6Network,
        "The host's IPv6 address on the bridge. Take a network of your own, such as fd00:a1b2:c3d4:2::1/64 with random digits; it is announced to the guests, which make themselves addresses of it and of their MAC addresses, those that run already perhaps only after their next start.",
        { derived: 'no IPv6', source: 'RFC 4193' },
      ),
      range: optional(
        'Range',
        ipv4Range,
        'The addresses from which guests without Address= get one each, which stays the same.',
        { derived: 'all of the network' },
      ),
      filter: key(
        'Filter',
        boolean,
        true,
        "Whether guests are kept from sending with addresses that are not their own, so that none can mount another's root: this needs nftables, and with no, only guests that are trusted belong into the network.",
      ),
      isolate: key(
        'Isolate',
        boolean,
        false,
        'Whether guests are kept apart from each other, so that they reach this host and what is beyond it, and nobody else.',
      ),
      uplink: key(
        'Uplink',
        uplink,
        { kind: 'none' },
        'How guests reach what is beyond this host. nat: under the address of this host; routed: under their own, to which routers beyond need a route; an interface: as if they were plugged in there, with this host.',
      ),
      routes: lines(
        'Routes',
        route,
        'A network that is reached through a guest, such as 10.20.0.0/16 via 192.168.2.9. The guest needs it in its AllowedAddresses=.',
      ),
      dns: key(
        'DNS',
        boolean,
        true,
        "Whether dnsmasq, where it is installed, answers on the bridge for the guests' names, and asks the host's name servers for all others.",
        { source: 'dnsmasq(8)' },
      ),
      dhcp: key(
        'DHCP',
        boolean,
        true,
        'Whether dnsmasq gives the guests their addresses by DHCP and BOOTP, each its own. No is for bridges on which another server does.',
        { source: 'dnsmasq(8)' },
      ),
      domain: key('Domain', hostname, 'uml', "The DNS domain of the guests' names: web1.uml."),
      hostNames: key(
        'HostNames',
        boolean,
        true,
        'Whether this host knows the guests by name, from lines of umlnfs in /etc/hosts.',
      ),
    },
  } as const;
}

const addressDoc = "The host's address on the bridge, with the prefix length of its network.";

/** The default network, in the host file. */
export const defaultBridge = bridgeSection({
  doc: 'The bridge of the network that guests are in if they name no other.',
  name: key('Name', interfaceName, 'uml0', "The bridge's interface name."),
  address: key('Address', ipv4Network, { address: '192.168.2.1', prefix: 24 }, addressDoc),
});

/** A further network, in a file of its own. */
export const networkTable = {
  bridge: bridgeSection({
    doc: 'The bridge of this network.',
    name: optional('Name', interfaceName, "The bridge's interface name.", {
      derived: "umlbr- and the network's name, or a digest of it where it is longer than 9 characters",
    }),
    address: optional('Address', ipv4Network, addressDoc, { derived: 'required' }),
  }),
} as const;

export type NetworkSettings = SettingsOf<typeof networkTable>;
