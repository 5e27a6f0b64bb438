import { key, list, optional } from '../key.ts';
import {
  addresses,
  boolean,
  enumeration,
  interfaceName,
  ipv4,
  ipv4OrNone,
  mac,
  netmask,
  networkName,
} from '../value-types.ts';
import { nfsroot } from './sources.ts';

export const networkSection = {
  name: 'Network',
  doc: "The guest's network interface and the kernel's ip= parameter.",
  keys: {
    bridge: key(
      'Bridge',
      networkName,
      'default',
      'The network the guest is in: the name of a file /etc/umlnfs.d/NAME.network, or default for the bridge of /etc/umlnfs.conf.',
    ),
    autoconf: key(
      'Autoconf',
      enumeration('off', 'dhcp', 'bootp', 'rarp'),
      'off',
      'How the guest learns its address. bootp and rarp need a kernel with CONFIG_IP_PNP.',
      { source: `${nfsroot}, ip=…:<autoconf>` },
    ),
    gateway: optional('Gateway', ipv4OrNone, 'The default gateway, or none.', {
      derived: "the bridge's address",
      source: `${nfsroot}, ip=…:<gw-ip>`,
    }),
    netmask: optional('Netmask', netmask, "The guest's netmask.", {
      derived: "the bridge's",
      source: `${nfsroot}, ip=…:<netmask>`,
    }),
    device: optional('Device', interfaceName, "The interface's name in the guest.", {
      derived: 'vec0 or eth0, as the transport makes it',
      source: `${nfsroot}, ip=…:<device>`,
    }),
    dns: list('DNS', ipv4, 'A name server, at most two.', {
      source: `${nfsroot}, ip=…:<dns0-ip>:<dns1-ip>`,
    }),
    ntp: optional('NTP', ipv4, 'A time server.', { source: `${nfsroot}, ip=…:<ntp0-ip>` }),
    transport: key(
      'Transport',
      enumeration('auto', 'vector', 'tuntap'),
      'auto',
      "UML's network driver: vector, or the legacy tuntap; auto takes vector where the kernel has it.",
      { source: 'Linux Documentation/virt/uml/user_mode_linux_howto_v2.rst' },
    ),
    mac: optional('MACAddress', mac, "The interface's MAC address.", {
      perGuest: true,
      derived: "a stable one made from the host's machine id and the guest's name",
    }),
    filter: optional(
      'Filter',
      boolean,
      'Whether the guest is kept from sending with addresses that are not its own.',
      { derived: "the network's, yes by default" },
    ),
    allowedAddresses: list(
      'AllowedAddresses',
      addresses,
      'Further addresses that the guest may have, or networks that are behind it. What other guests or this host have is never among them.',
    ),
    isolate: optional('Isolate', boolean, 'Whether the guest is kept apart from others that are, too.', {
      derived: "the network's, no by default",
    }),
    tap: optional('Tap', interfaceName, "The tap device's name on the host.", {
      perGuest: true,
      derived: 'uml- and the name, or a digest of it where it is longer than 11 characters',
    }),
  },
} as const;
