import { ipv4ToNumber } from '../../ipv4.ts';
import { list, record, type Statement } from './ruleset.ts';

/** A packet that begins a connection over IPv4. */
export interface Packet {
  readonly input: string;
  /** Undefined for one to this host itself. */
  readonly output: string | undefined;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Undefined where it cannot be told. */
export type Answer = boolean | undefined;

/** Whether a packet matches what a match statement of nftables asks for. @param elements those of a named set */
export function matches(
  match: Statement,
  packet: Packet,
  elements: (set: string) => readonly unknown[] | undefined,
): Answer {
  const value = fieldOf(record(match.left), packet);
  if (value === undefined) return undefined;
  // What a packet has not matches nothing, not even what is to differ: nft asks for the protocol first, and does not
  // print that.
  if (value === null) return false;
  const same = isIn(value, match.right, elements);
  switch (match.op) {
    case '==':
    case 'in':
      return same;
    case '!=':
      return same === undefined ? undefined : !same;
    default:
      return undefined;
  }
}

/** What stands on the left of a match; `null` for a field of a protocol that the packet has not. */
export function fieldOf(left: Statement, packet: Packet): string | number | null | undefined {
  const { meta, payload, ct } = {
    meta: record(left.meta),
    payload: record(left.payload),
    ct: record(left.ct),
  };
  switch (meta.key) {
    case 'iif':
    case 'iifname':
      return packet.input;
    case 'oif':
    case 'oifname':
      // For this host itself there is an empty name.
      return packet.output ?? '';
    case 'l4proto':
      return packet.protocol;
    case 'nfproto':
      return 'ipv4';
    case 'protocol':
      return 'ip';
    case 'pkttype':
      return 'host';
  }
  if (ct.key === 'state') return 'new';
  return ofPayload(String(payload.protocol), String(payload.field), packet);
}

function ofPayload(protocol: string, field: string, packet: Packet): string | number | null | undefined {
  if (protocol === 'ip') {
    if (field === 'saddr') return packet.source;
    if (field === 'daddr') return packet.destination;
    if (field === 'protocol') return packet.protocol;
    return undefined;
  }
  if (protocol === 'th' || protocol === packet.protocol) return field === 'dport' ? packet.port : undefined;
  // A field of another protocol: the packet has none.
  return ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'ip6', 'ether', 'arp'].includes(protocol)
    ? protocol === 'ether'
      ? undefined
      : null
    : undefined;
}

function isIn(
  value: string | number,
  right: unknown,
  elements: (set: string) => readonly unknown[] | undefined,
): Answer {
  if (typeof right === 'string' && right.startsWith('@')) {
    const all = elements(right.slice(1));
    return all === undefined ? undefined : any(all.map((one) => isIn(value, one, elements)));
  }
  if (typeof right === 'string' || typeof right === 'number') return isSame(value, right);
  if (Array.isArray(right)) return any(right.map((one) => isIn(value, one, elements)));
  const { set, range, prefix, elem } = record(right);
  if (set !== undefined)
    return any((Array.isArray(set) ? set : [set]).map((one) => isIn(value, one, elements)));
  if (elem !== undefined) return isIn(value, record(elem).val, elements);
  if (range !== undefined) return inRange(value, list(range));
  if (prefix !== undefined) return inPrefix(value, record(prefix));
  return undefined;
}

function any(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

const ports: Readonly<Record<string, number>> = { nfs: 2049, domain: 53, bootps: 67 };

function isSame(value: string | number, wanted: string | number): boolean {
  if (typeof value === 'number')
    return value === (typeof wanted === 'number' ? wanted : (ports[wanted] ?? Number(wanted)));
  const text = String(wanted);
  return text.endsWith('*') ? value.startsWith(text.slice(0, -1)) : value === text;
}

function inRange(value: string | number, [from, to]: readonly unknown[]): Answer {
  const [one, low, high] = [ordinal(value), ordinal(from), ordinal(to)];
  return one === undefined || low === undefined || high === undefined ? undefined : one >= low && one <= high;
}

function inPrefix(value: string | number, { addr, len }: Statement): Answer {
  const [one, network] = [ordinal(value), ordinal(addr)];
  if (one === undefined || network === undefined || typeof len !== 'number') return undefined;
  const size = 2 ** (32 - len);
  return Math.floor(one / size) === Math.floor(network / size);
}

/** A port, or an IPv4 address as a number. */
function ordinal(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? ipv4ToNumber(value) : undefined;
}
