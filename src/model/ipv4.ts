/** IPv4 addresses as dotted quads, and as unsigned 32-bit numbers where there is something to compute. */

/** The number of a dotted quad; undefined for anything else (leading zeros too: some readers take them as octal). */
export function ipv4ToNumber(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255 || String(byte) !== part) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

export function numberToIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `24` to `255.255.255.0`. */
export function prefixToNetmask(prefix: number): string {
  return numberToIpv4(maskOf(prefix));
}

/** `255.255.255.0` to 24; undefined where the bits are not contiguous. */
export function netmaskToPrefix(netmask: string): number | undefined {
  const value = ipv4ToNumber(netmask);
  if (value === undefined) return undefined;
  for (let prefix = 0; prefix <= 32; prefix += 1) {
    if (maskOf(prefix) === value) return prefix;
  }
  return undefined;
}

export interface Ipv4Network {
  readonly address: string;
  readonly prefix: number;
}

/** The network's own address: `192.168.2.0` for `192.168.2.1/24`. */
export function networkAddress(network: Ipv4Network): string {
  return numberToIpv4(must(network.address) & maskOf(network.prefix));
}

/** `192.168.2.255` for `192.168.2.1/24`. */
export function broadcastAddress(network: Ipv4Network): string {
  return numberToIpv4(must(network.address) | ~maskOf(network.prefix));
}

/** Whether the address lies in the network that `network.address` is in. */
export function contains(network: Ipv4Network, address: string): boolean {
  return networkAddress(network) === networkAddress({ address, prefix: network.prefix });
}

/** `192.168.2.0/24` for `192.168.2.1/24`. */
export function formatNetwork(network: Ipv4Network): string {
  return `${networkAddress(network)}/${network.prefix}`;
}

function maskOf(prefix: number): number {
  // A shift by 32 is a shift by 0 in JavaScript.
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

function must(address: string): number {
  const value = ipv4ToNumber(address);
  if (value === undefined) throw new TypeError(`not a dotted quad: ${address}`);
  return value;
}
