import {
  broadcastAddress,
  type Ipv4Network,
  ipv4ToNumber,
  netmaskToPrefix,
  networkAddress,
  prefixToNetmask,
} from '../../model/ipv4.ts';
import { bytesToIpv6, type Ipv6Network, ipv6ToBytes } from '../../model/ipv6.ts';
import { isNetworkName, NAME_SYNTAX } from '../guest-name.ts';
import { ValueError, type ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

/** A host's address: neither `0.…`, loopback, multicast nor reserved, since a guest can be none and reach none of these. */
export const ipv4: ValueType<string> = {
  name: 'IPv4 address',
  syntax: 'an IPv4 address such as 192.168.2.2',
  parse(text) {
    const value = ipv4ToNumber(text);
    if (value === undefined) return refuse(text, this.syntax);
    const first = value >>> 24;
    if (first === 0 || first === 127 || first >= 224) {
      return refuse(text, this.syntax, 'no host on a network has an address from that range');
    }
    return text;
  },
  format: (value) => value,
};

export const ipv4OrNone: ValueType<string> = {
  name: 'IPv4 address|none',
  syntax: 'an IPv4 address such as 192.168.2.1, or none',
  parse(text) {
    if (text === 'none') return text;
    if (ipv4ToNumber(text) === undefined) return refuse(text, this.syntax);
    return ipv4.parse(text);
  },
  format: (value) => value,
};

/** A host's address in its network. */
export const ipv4Network: ValueType<Ipv4Network> = {
  name: 'IPv4 address/prefix',
  syntax: 'an IPv4 address with a prefix length from 8 to 30, such as 192.168.2.1/24',
  parse(text) {
    const match = /^([\d.]{7,15})\/(\d{1,2})$/.exec(text);
    if (match === null) return refuse(text, this.syntax);
    const network = { address: ipv4.parse(match[1] ?? ''), prefix: Number(match[2]) };
    if (network.prefix < 8 || network.prefix > 30) return refuse(text, this.syntax);
    if (network.address === networkAddress(network))
      return refuse(text, this.syntax, "it is the network's own address");
    if (network.address === broadcastAddress(network))
      return refuse(text, this.syntax, 'it is the broadcast address');
    return network;
  },
  format: (value) => `${value.address}/${value.prefix}`,
};

/** A dotted netmask, from that or from a prefix length. */
export const netmask: ValueType<string> = {
  name: 'netmask',
  syntax: 'a netmask such as 255.255.255.0, or a prefix length from 1 to 32',
  parse(text) {
    if (/^\d{1,2}$/.test(text)) {
      const prefix = Number(text);
      return prefix >= 1 && prefix <= 32 ? prefixToNetmask(prefix) : refuse(text, this.syntax);
    }
    const prefix = netmaskToPrefix(text);
    if (prefix === undefined && ipv4ToNumber(text) !== undefined) {
      return refuse(text, this.syntax, 'its ones are not contiguous');
    }
    if (prefix === undefined || prefix === 0) return refuse(text, this.syntax);
    return text;
  },
  format: (value) => value,
};

/** Lower case with colons. */
export const mac: ValueType<string> = {
  name: 'MAC address',
  syntax: 'a MAC address such as 02:00:5e:10:00:01',
  parse(text) {
    // UML silently takes a random address for one that it cannot read or that is not valid for a host.
    if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) return refuse(text, this.syntax);
    const value = text.toLowerCase().replaceAll('-', ':');
    if (value === '00:00:00:00:00:00') throw new ValueError(`${value} belongs to no host`);
    if ((Number.parseInt(value.slice(0, 2), 16) & 1) === 1) {
      throw new ValueError(`${value} is a multicast address (its first byte is odd), so no host can have it`);
    }
    return value;
  },
  format: (value) => value,
};

/** Names that the kernel gives away itself, or that mean all interfaces in its sysctls. */
const RESERVED = ['lo', 'all', 'default'];

/** As dev_valid_name() in the kernel has it, without what would end a word or an option elsewhere. */
export const interfaceName: ValueType<string> = {
  name: 'interface',
  syntax: 'an interface name: at most 15 letters, digits and . _ -, a letter or digit first',
  parse(text) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(text)) return refuse(text, this.syntax);
    if (RESERVED.includes(text)) return refuse(text, this.syntax, 'the name is reserved');
    return text;
  },
  format: (value) => value,
};

/** A name as in RFC 1123; the kernel takes what follows the first dot as the NIS domain. */
export const hostname: ValueType<string> = {
  name: 'host name',
  syntax: 'a host name: labels of letters, digits and hyphens, at most 63 characters in all',
  parse(text) {
    const label = '[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?';
    if (text.length > 63 || !new RegExp(`^${label}(\\.${label})*$`).test(text))
      return refuse(text, this.syntax);
    return text;
  },
  format: (value) => value,
};

/** The first and the last address of a range. */
export interface Ipv4Range {
  readonly first: string;
  readonly last: string;
}

export const ipv4Range: ValueType<Ipv4Range> = {
  name: 'IPv4 range',
  syntax: 'two IPv4 addresses such as 192.168.2.100-192.168.2.199',
  parse(text) {
    const [first, last, more] = text.split('-');
    if (first === undefined || last === undefined || more !== undefined) return refuse(text, this.syntax);
    const range = { first: ipv4.parse(first), last: ipv4.parse(last) };
    if ((ipv4ToNumber(first) ?? 0) > (ipv4ToNumber(last) ?? 0))
      return refuse(text, this.syntax, 'it ends before it begins');
    return range;
  },
  format: ({ first, last }) => `${first}-${last}`,
};

/** A host's address in its network; 64 is what guests make addresses of their own in. */
export const ipv6Network: ValueType<Ipv6Network> = {
  name: 'IPv6 address/64',
  syntax: 'an IPv6 address with the prefix length 64, such as fd00:a1b2:c3d4:2::1/64',
  parse(text) {
    const match = /^([0-9a-fA-F:.]{2,45})\/64$/.exec(text);
    const address = ipv6ToBytes(match?.[1] ?? '');
    if (address === undefined) return refuse(text, this.syntax);
    const [first = 0, second = 0] = address;
    if (first === 0xff || (first === 0xfe && (second & 0xc0) === 0x80) || (first & 0xe0) === 0) {
      // Multicast, link-local, and what begins with zeros: loopback and embedded IPv4 addresses.
      return refuse(text, this.syntax, 'no host on a network has an address from that range');
    }
    if (address.slice(8).every((byte) => byte === 0))
      return refuse(text, this.syntax, "it is the network's own address");
    return { address: bytesToIpv6(address), prefix: 64 };
  },
  format: (value) => `${value.address}/${value.prefix}`,
};

/** The name of a network's file. */
export const networkName: ValueType<string> = {
  name: 'network',
  syntax: `the name of a network: ${NAME_SYNTAX}`,
  parse(text) {
    return isNetworkName(text) ? text : refuse(text, this.syntax);
  },
  format: (value) => value,
};
