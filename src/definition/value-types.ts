/** All value types the key tables are made of. */
export { addresses, route, uplink } from './value-types/beyond.ts';
export { busAddress } from './value-types/bus-address.ts';
export { disk } from './value-types/disk.ts';
export { exportOptions } from './value-types/export-options.ts';
export { guestReference } from './value-types/guest-reference.ts';
export { kernelBinary } from './value-types/kernel.ts';
export { kernelArgument } from './value-types/kernel-argument.ts';
export {
  hostname,
  interfaceName,
  ipv4,
  ipv4Network,
  ipv4OrNone,
  ipv4Range,
  ipv6Network,
  mac,
  netmask,
  networkName,
} from './value-types/network.ts';
export { absolutePath } from './value-types/path.ts';
export { bytes, duration } from './value-types/quantity.ts';
export { rootReference } from './value-types/root-reference.ts';
export { boolean, enumeration, integer, text } from './value-types/scalar.ts';
export { sshDestination } from './value-types/ssh-destination.ts';
export { userName } from './value-types/user-name.ts';
