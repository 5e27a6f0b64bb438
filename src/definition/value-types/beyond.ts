/** What is beyond a network of guests. */
import { formatParts, isAddress, liesIn, parseNetwork } from '../../model/ip-network.ts';
import { ValueError, type ValueType } from '../key.ts';
import { interfaceName } from './network.ts';
import { refuse } from './refuse.ts';

/** What no host has as its address: unspecified, loopback, link-local, multicast. */
const NOBODYS = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/8', 'fe80::/10', 'ff00::/8'];

/** In its shortest form. */
export const addresses: ValueType<string> = {
  name: 'IP address or network',
  syntax: 'an IPv4 or IPv6 address or network, such as 10.20.0.0/16 or fd00:a1b2::/32',
  parse(text) {
    const parts = parseNetwork(text);
    if (parts === undefined) {
      const cause = /^[0-9a-fA-F.:]+\/\d+$/.test(text)
        ? 'bits behind the prefix length have to be 0'
        : undefined;
      return refuse(text, this.syntax, cause);
    }
    const network = formatParts(parts);
    if (NOBODYS.some((range) => liesIn(network, range)))
      return refuse(text, this.syntax, 'no host on a network has an address from that range');
    return network;
  },
  format: (value) => value,
};

/** A way that this host takes. */
export interface Route {
  /** A network in its shortest form. */
  readonly destination: string;
  readonly via: string;
}

export const route: ValueType<Route> = {
  name: 'route',
  syntax: 'a network and the address of a guest, such as 10.20.0.0/16 via 192.168.2.9',
  parse(text) {
    const [destination = '', word, via = '', more] = text.split(/[ \t]+/);
    if (word !== 'via' || more !== undefined) return refuse(text, this.syntax);
    const value = { destination: addresses.parse(destination), via: addresses.parse(via) };
    if (!isAddress(value.via)) return refuse(text, this.syntax, `${via} is no single address`);
    if (value.via.includes(':') !== value.destination.includes(':'))
      return refuse(text, this.syntax, 'one is IPv4 and the other IPv6');
    return value;
  },
  format: ({ destination, via }) => `${destination} via ${via}`,
};

const WORDS = ['none', 'nat', 'routed'] as const;

export type Uplink =
  | { readonly kind: (typeof WORDS)[number] }
  | { readonly kind: 'interface'; readonly name: string };

export const uplink: ValueType<Uplink> = {
  name: 'none|nat|routed|interface',
  syntax: 'none, nat, routed, or the name of an interface',
  parse(text) {
    const word = WORDS.find((one) => one === text);
    if (word !== undefined) return { kind: word };
    if (WORDS.some((one) => one === text.toLowerCase()))
      throw new ValueError(`write ${text.toLowerCase()} in small letters`);
    return { kind: 'interface', name: interfaceName.parse(text) };
  },
  format: (value) => (value.kind === 'interface' ? value.name : value.kind),
};
