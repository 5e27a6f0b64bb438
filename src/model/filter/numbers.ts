/** Addresses as the hexadecimal numbers that raw parts of packets are compared with, without leading zeros. */
import { ipv6ToBytes, linkLocalAddress } from '../ipv6.ts';

export function numberOfMac(mac: string): string {
  return hexadecimal(mac.split(':').map((byte) => Number.parseInt(byte, 16)));
}

export function numberOfIpv6(address: string): string {
  return hexadecimal(bytesOf(address));
}

/** The second half of the addresses that a host with this MAC address makes itself. */
export function identifierOfMac(mac: string): string {
  return hexadecimal(bytesOf(linkLocalAddress(mac)).slice(8));
}

function bytesOf(address: string): readonly number[] {
  const bytes = ipv6ToBytes(address);
  if (bytes === undefined) throw new TypeError(`not an IPv6 address: ${address}`);
  return bytes;
}

function hexadecimal(bytes: readonly number[]): string {
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `0x${digits.replace(/^0+(?=.)/, '')}`;
}
