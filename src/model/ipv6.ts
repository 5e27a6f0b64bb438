/** IPv6 addresses as text (RFC 5952) and as 16 bytes. */

export interface Ipv6Network {
  readonly address: string;
  readonly prefix: number;
}

/** The 16 bytes of an address; undefined for anything else, zones (`%eth0`) and embedded dotted quads too. */
export function ipv6ToBytes(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const written = [...left, ...(right ?? [])];
  if (!written.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - written.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...(right ?? [])];
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

/** In the form of RFC 5952: lower case, the longest run of zeros left out. */
export function bytesToIpv6(bytes: readonly number[]): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/**
 * The address that a host with this MAC address makes itself in a network of 64 bits (RFC 4291, appendix A): what the
 * kernel does where it is not told otherwise.
 */
export function eui64Address(network: string, mac: string): string {
  const prefix = ipv6ToBytes(network);
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  if (prefix === undefined || bytes.length !== 6)
    throw new TypeError(`not a network and a MAC address: ${network}, ${mac}`);
  const [first = 0, second = 0, third = 0, ...rest] = bytes;
  return bytesToIpv6([...prefix.slice(0, 8), first ^ 2, second, third, 0xff, 0xfe, ...rest]);
}

/** The link-local address by which a host with this MAC address is known on its link. */
export function linkLocalAddress(mac: string): string {
  return eui64Address('fe80::', mac);
}

/** The network of 64 bits that an address is in: `fd00:1:2:3::`. */
export function networkOf64(address: string): string {
  const bytes = ipv6ToBytes(address);
  if (bytes === undefined) throw new TypeError(`not an IPv6 address: ${address}`);
  return bytesToIpv6([...bytes.slice(0, 8), ...Array<number>(8).fill(0)]);
}

/** Whether two networks of 64 bits are the same. */
export function sameNetwork64(a: string, b: string): boolean {
  const [left, right] = [ipv6ToBytes(a), ipv6ToBytes(b)];
  return left !== undefined && right !== undefined && left.slice(0, 8).join() === right.slice(0, 8).join();
}
