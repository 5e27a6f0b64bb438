import type { GuestSeen } from './observed.ts';

/** Says on a command line which address DHCP gives; for umlnfs alone, as the kernel takes it for a parameter of a module. */
export const leaseArgument = 'umlnfs.address=';

/** The IPv4 address that a guest runs with, by its command line; undefined where that does not say it. */
export function runningAddress(argv: readonly string[]): string | undefined {
  const lease = argv.find((word) => word.startsWith(leaseArgument));
  if (lease !== undefined) return lease.slice(leaseArgument.length);
  return addressIn(argv, 'ip=');
}

/** The address of the server that a guest's root is on, by its command line; undefined where it is on none. */
export function rootServerOf(argv: readonly string[]): string | undefined {
  return addressIn(argv, 'nfsroot=');
}

/** The address that the value of a parameter begins with, before a colon. */
function addressIn(argv: readonly string[], parameter: string): string | undefined {
  const value = argv.find((word) => word.startsWith(parameter))?.slice(parameter.length) ?? '';
  return /^(\d{1,3}(?:\.\d{1,3}){3}):/.exec(value)?.[1];
}

/** By guest: the addresses of those that run. */
export function runningAddresses(guests: ReadonlyMap<string, GuestSeen>): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const [name, { process }] of guests) {
    const address = runningAddress(process?.argv ?? []);
    if (address !== undefined) addresses.set(name, address);
  }
  return addresses;
}
