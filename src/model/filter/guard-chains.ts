/**
 * What a guest may send through its tap. The rules are the same for all guests; what tells guests apart is in sets by
 * tap. They are in the bridge's prerouting: before the bridge learns where an address is, and so before what is for
 * other ports as well as for this host.
 */
import type { ChainWanted } from './table.ts';

/**
 * The group (see `group` in ip-link(8)) of taps whose guests are guarded. A tap in it that no set knows can send nothing at
 * all, so it is in it before it is up.
 */
export const guardedGroup = 7_693;

/** Before the chains of others: of the same hook, whoever comes first sees what nobody has changed. */
const priority = -350;

const requestsOfRarp = '@nh,48,16 3';
/** Operation, kind and length of link addresses of a message of DHCP and BOOTP. */
const requestsOfDhcp = '@th,64,24 0x010106';
/** The first option of a message of neighbour discovery: type, length in units of 8 bytes. */
const linkAddressOfSource = '0x0101';
const linkAddressOfTarget = '0x0201';
const nonce = '0x0e01';

export const guardChains: readonly ChainWanted[] = [
  {
    name: 'prerouting',
    base: { type: 'filter', hook: 'prerouting', priority },
    rules: [
      'iifname @taps goto guest',
      `iifgroup ${guardedGroup} goto guest`,
      'iifname @others goto other-port',
    ],
  },
  {
    name: 'guest',
    rules: [
      'iifname . ether saddr != @macs drop',
      // Spanning tree, LLDP and others that are for bridges.
      'ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop',
      // What has a VLAN tag is none of these, and IP in LLC neither.
      'ether type vmap { arp : goto guest-arp, ip : goto guest-ipv4, ip6 : goto guest-ipv6 }',
      `ether type 0x8035 iifname @rarp ${requestsOfRarp} accept`,
      'drop',
    ],
  },
  {
    name: 'guest-arp',
    rules: [
      'iifname . arp saddr ether != @macs drop',
      'arp operation != { request, reply } drop',
      'iifname . arp saddr ip @ipv4 accept',
      // A probe, of which nobody learns anything (RFC 5227).
      'arp operation request arp saddr ip 0.0.0.0 accept',
      'arp saddr ip @claimed-ipv4 drop',
      'iifname . arp saddr ip @networks-ipv4 accept',
      'drop',
    ],
  },
  {
    name: 'guest-ipv4',
    rules: [
      // DHCP and BOOTP servers; there are clients that take answers from any port.
      'udp sport 67 drop',
      'udp dport 68 drop',
      'udp dport 67 goto guest-dhcp',
      'icmp type { redirect, router-advertisement } drop',
      'goto guest-ipv4-source',
    ],
  },
  {
    // A server goes by the link address in it: with another's, a guest could give up that one's lease. What is too short
    // to have one, as a first fragment may be, matches nothing and is dropped.
    name: 'guest-dhcp',
    rules: [`${requestsOfDhcp} iifname . @th,288,48 @dhcp-macs goto guest-ipv4-source`, 'drop'],
  },
  {
    name: 'guest-ipv4-source',
    rules: [
      'iifname . ip saddr @ipv4 accept',
      'ip saddr @claimed-ipv4 drop',
      'iifname . ip saddr @networks-ipv4 accept',
      'ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept',
      'drop',
    ],
  },
  {
    name: 'guest-ipv6',
    rules: [
      'meta l4proto 58 goto guest-icmpv6',
      'udp sport 547 drop',
      'udp dport 546 drop',
      'goto guest-ipv6-source',
    ],
  },
  {
    name: 'guest-ipv6-source',
    rules: [
      'iifname . ip6 saddr @ipv6 accept',
      // The second half of an address that it made itself, in whatever network a router outside announces.
      'iifname . @nh,128,64 @ipv6-own accept',
      'ip6 saddr @claimed-ipv6 drop',
      'iifname . ip6 saddr @networks-ipv6 accept',
      'drop',
    ],
  },
  {
    name: 'guest-icmpv6',
    rules: [
      'icmpv6 type { nd-router-advert, nd-redirect, router-renumbering } drop',
      'icmpv6 type vmap { nd-neighbor-solicit : goto guest-solicit, nd-neighbor-advert : goto guest-advert, nd-router-solicit : goto guest-router-solicit }',
      // Reports of multicast groups while there is no address yet (RFC 3590, RFC 3810).
      'ip6 saddr :: icmpv6 type { 131, 143 } accept',
      'goto guest-ipv6-source',
    ],
  },
  // Neighbour discovery: no headers before it in which it could hide, one option at most, and that its own address.
  {
    name: 'guest-solicit',
    rules: [
      'ip6 nexthdr != 58 drop',
      'ip6 saddr :: goto guest-detect',
      'ip6 length 24 goto guest-ipv6-source',
      `ip6 length 32 @th,192,16 ${linkAddressOfSource} iifname . @th,208,48 @nd-macs goto guest-ipv6-source`,
      'drop',
    ],
  },
  {
    // Whether an address is free (RFC 4862): asked for others' addresses, it would take them from them.
    name: 'guest-detect',
    rules: ['ip6 length 24 goto guest-target', `ip6 length 32 @th,192,16 ${nonce} goto guest-target`, 'drop'],
  },
  {
    name: 'guest-target',
    rules: ['iifname . @th,64,128 @nd-targets accept', 'iifname . @th,128,64 @nd-own accept', 'drop'],
  },
  {
    name: 'guest-advert',
    rules: [
      'ip6 nexthdr != 58 drop',
      'ip6 length 24 goto guest-advert-source',
      `ip6 length 32 @th,192,16 ${linkAddressOfTarget} iifname . @th,208,48 @nd-macs goto guest-advert-source`,
      'drop',
    ],
  },
  {
    name: 'guest-advert-source',
    rules: [
      'iifname . ip6 saddr @ipv6 goto guest-target',
      'iifname . @nh,128,64 @ipv6-own goto guest-target',
      'drop',
    ],
  },
  {
    name: 'guest-router-solicit',
    rules: [
      'ip6 nexthdr != 58 drop',
      'ip6 length 8 ip6 saddr :: accept',
      'ip6 length 8 goto guest-ipv6-source',
      `ip6 length 16 @th,64,16 ${linkAddressOfSource} iifname . @th,80,48 @nd-router-macs goto guest-ipv6-source`,
      'drop',
    ],
  },
  {
    // Other ports, as that to a network outside: all may come from there but what is said to be from here.
    name: 'other-port',
    rules: [
      'ether saddr @claimed-macs drop',
      'arp saddr ip @claimed-ipv4 drop',
      'ip saddr @claimed-ipv4 drop',
      'ip6 saddr @claimed-ipv6 drop',
    ],
  },
];
