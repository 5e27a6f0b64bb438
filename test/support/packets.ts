/** Frames for tests of the packet filter, honest and forged ones, as bytes. */
import { ipv4ToNumber } from '../../src/model/ipv4.ts';
import { ipv6ToBytes } from '../../src/model/ipv6.ts';

export type Bytes = readonly number[];

export const broadcast = 'ff:ff:ff:ff:ff:ff';
/** Where IPv6 sends what is for all nodes. */
export const allNodes = '33:33:00:00:00:01';

export const bytesOfMac = (mac: string): Bytes => mac.split(':').map((byte) => Number.parseInt(byte, 16));
const bytesOfIpv6 = (address: string): Bytes => ipv6ToBytes(address) ?? [];
const u16 = (value: number): Bytes => [(value >> 8) & 255, value & 255];
const u32 = (value: number): Bytes => [...u16(value >>> 16), ...u16(value & 0xffff)];
const bytesOfIpv4 = (address: string): Bytes => u32(ipv4ToNumber(address) ?? 0);
export const zeros = (count: number): Bytes => Array<number>(count).fill(0);

export function frame(from: string, to: string, type: number, payload: Bytes): Bytes {
  return [...bytesOfMac(to), ...bytesOfMac(from), ...u16(type), ...payload];
}

/** With a VLAN tag of `protocol` (0x8100, 0x88a8). */
export function tagged(inner: Bytes, protocol: number, vlan: number): Bytes {
  return [...inner.slice(0, 12), ...u16(protocol), ...u16(vlan), ...inner.slice(12)];
}

export interface Arp {
  readonly operation: number;
  readonly mac: string;
  readonly ip: string;
  readonly target: string;
}

export function arp(from: string, { operation, mac, ip, target }: Arp, type = 0x0806): Bytes {
  const head = [...u16(1), ...u16(0x0800), 6, 4, ...u16(operation)];
  const sender = [...bytesOfMac(mac), ...bytesOfIpv4(ip)];
  return frame(from, broadcast, type, [...head, ...sender, ...zeros(6), ...bytesOfIpv4(target)]);
}

function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2)
    sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function ipv4Packet(source: string, destination: string, protocol: number, payload: Bytes): Bytes {
  const begin = [0x45, 0, ...u16(20 + payload.length), 0, 1, 0, 0, 64, protocol];
  const end = [...bytesOfIpv4(source), ...bytesOfIpv4(destination)];
  return [...begin, ...u16(checksum([...begin, 0, 0, ...end])), ...end, ...payload];
}

export function udp(from: number, to: number, payload: Bytes = [1, 2, 3, 4]): Bytes {
  // Without a checksum, which IPv4 allows; nothing looks at it in IPv6 on the way.
  return [...u16(from), ...u16(to), ...u16(8 + payload.length), 0, 0, ...payload];
}

export function ipv4Udp(mac: string, source: string, destination: string, from: number, to: number): Bytes {
  return frame(mac, broadcast, 0x0800, ipv4Packet(source, destination, 17, udp(from, to)));
}

export function ipv6Packet(source: string, destination: string, next: number, payload: Bytes): Bytes {
  const ends = [...bytesOfIpv6(source), ...bytesOfIpv6(destination)];
  return [0x60, 0, 0, 0, ...u16(payload.length), next, 255, ...ends, ...payload];
}

export function ipv6Udp(mac: string, source: string, from: number, to: number): Bytes {
  return frame(mac, allNodes, 0x86dd, ipv6Packet(source, 'ff02::1', 17, udp(from, to)));
}

function icmpv6(source: string, type: number, body: Bytes): Bytes {
  const message = [type, 0, 0, 0, ...body];
  const pseudo = [...bytesOfIpv6(source), ...bytesOfIpv6('ff02::1'), ...u32(message.length), 0, 0, 0, 58];
  return [type, 0, ...u16(checksum([...pseudo, ...message])), ...body];
}

export function icmpv6Frame(mac: string, source: string, type: number, body: Bytes): Bytes {
  return frame(mac, allNodes, 0x86dd, ipv6Packet(source, 'ff02::1', 58, icmpv6(source, type, body)));
}

/** Behind a header of options: 0 hop by hop, 60 for the destination. */
export function hiddenIcmpv6(mac: string, source: string, type: number, body: Bytes, header: number): Bytes {
  const payload = [58, 0, 1, 4, 0, 0, 0, 0, ...icmpv6(source, type, body)];
  return frame(mac, allNodes, 0x86dd, ipv6Packet(source, 'ff02::1', header, payload));
}

/** An option of neighbour discovery: 1 source's, 2 target's link address, 14 nonce. */
export const option = (type: number, mac: string): Bytes => [type, 1, ...bytesOfMac(mac)];

/** What a solicitation (135) or advertisement (136) is about. */
export const about = (target: string, ...options: readonly Bytes[]): Bytes => [
  ...zeros(4),
  ...bytesOfIpv6(target),
  ...options.flat(),
];
