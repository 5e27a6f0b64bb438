/** Networks of both families as text: `10.0.0.0/8`, `fd00:1::/64`, and single addresses without a length. */
import { ipv4ToNumber, numberToIpv4 } from './ipv4.ts';
import { bytesToIpv6, ipv6ToBytes } from './ipv6.ts';

interface Parts {
  readonly bytes: readonly number[];
  readonly prefix: number;
}

/** Undefined for what is no network, or has bits set behind its prefix length. */
export function parseNetwork(text: string): Parts | undefined {
  const [address = '', length, more] = text.split('/');
  const bytes = bytesOf(address);
  if (bytes === undefined || more !== undefined) return undefined;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bytes.length * 8 : Number(length);
  if (prefix > bytes.length * 8) return undefined;
  return bytes.every((byte, index) => (byte & ~maskByte(prefix, index)) === 0)
    ? { bytes, prefix }
    : undefined;
}

/** The one text for it. */
export function formatParts({ bytes, prefix }: Parts): string {
  const address = bytes.length === 4 ? bytes.join('.') : bytesToIpv6(bytes);
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}

/** The network that an address with a prefix length lies in. */
export function networkAround(address: string, prefix: number): string {
  const bytes = must(bytesOf(address), address).map((byte, index) => byte & maskByte(prefix, index));
  return formatParts({ bytes, prefix });
}

/** Whether all of `inner` lies in `outer`. */
export function liesIn(inner: string, outer: string): boolean {
  const [a, b] = [inner, outer].map((text) => must(parseNetwork(text), text)) as [Parts, Parts];
  if (a.bytes.length !== b.bytes.length || a.prefix < b.prefix) return false;
  return b.bytes.every((byte, index) => ((a.bytes[index] ?? 0) & maskByte(b.prefix, index)) === byte);
}

export function overlapping(a: string, b: string): boolean {
  return liesIn(a, b) || liesIn(b, a);
}

/** Those that lie in no other. */
export function withoutInner(networks: Iterable<string>): string[] {
  const all = [...new Set(networks)];
  return all.filter((one) => !all.some((other) => other !== one && liesIn(one, other)));
}

export function isIpv6(text: string): boolean {
  return text.includes(':');
}

/** A single address, and not the network of one. */
export function isAddress(text: string): boolean {
  return !text.includes('/');
}

function bytesOf(address: string): readonly number[] | undefined {
  if (isIpv6(address)) return ipv6ToBytes(address);
  const value = ipv4ToNumber(address);
  return value === undefined ? undefined : numberToIpv4(value).split('.').map(Number);
}

function maskByte(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function must<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new TypeError(`not a network: ${text}`);
  return value;
}
