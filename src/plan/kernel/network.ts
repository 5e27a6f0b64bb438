import type { GuestWanted } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';
import type { KernelCaps } from '../../model/observed.ts';

import { leaseArgument } from '../../model/running-address.ts';

type Network = GuestWanted['network'];
type Transport = KernelCaps['transports'][number];

interface Driver {
  /** The names this driver gives its devices, and the number in them. */
  readonly device: RegExp;
  readonly first: string;
  readonly option: string;
  argument(unit: string, network: Network): string;
}

const drivers: Readonly<Record<Transport, Driver>> = {
  vector: {
    device: /^vec(\d{1,2})$/,
    first: 'vec0',
    option: 'CONFIG_UML_NET_VECTOR',
    // Without gro=1 it stalls as soon as the host sends large segments; the depth is packets per system call.
    argument: (unit, { tap, mac }) => `vec${unit}:transport=tap,ifname=${tap},mac=${mac},gro=1,depth=128`,
  },
  tuntap: {
    device: /^eth(\d{1,2})$/,
    first: 'eth0',
    option: 'CONFIG_UML_NET_TUNTAP',
    argument: (unit, { tap, mac }) => `eth${unit}=tuntap,${tap},${mac}`,
  },
};

/**
 * The network device and the `ip=` parameter. Throws UserError where this kernel cannot do what the definition
 * asks for.
 */
export function networkArguments(action: string, guest: GuestWanted, caps: KernelCaps): readonly string[] {
  const { network } = guest;
  const driver = drivers[transportFor(action, network, caps)];
  const device = network.device ?? driver.first;
  const unit = driver.device.exec(device)?.[1] ?? '0';
  const address =
    network.leased && network.address !== undefined ? [`${leaseArgument}${network.address}`] : [];
  return [driver.argument(unit, network), ipArgument(action, guest, caps, device), ...address];
}

function transportFor(action: string, network: Network, caps: KernelCaps): Transport {
  const { transport, device } = network;
  const wanted: readonly Transport[] = transport === 'auto' ? ['vector', 'tuntap'] : [transport];
  const able = wanted.filter((name) => caps.transports.includes(name));
  const [first] = able;
  if (first === undefined) {
    const options = wanted.map((name) => drivers[name].option).join(' or ');
    throw new UserError(
      action,
      `Transport=${transport} needs a kernel with ${options}, and this one (${caps.version}) has it not`,
      {
        hint: transport === 'auto' ? 'use another Kernel=' : 'use Transport=auto or another Kernel=',
      },
    );
  }
  if (device === undefined) return first;
  // A driver names its devices itself: asking for eth0 is asking for the driver that makes it.
  const named = able.find((name) => drivers[name].device.test(device));
  if (named === undefined) {
    const names = able.map((name) => `${drivers[name].first} (${name})`).join(' or ');
    throw new UserError(
      action,
      `Device=${device} cannot be had: with Transport=${transport} this kernel makes ${names}`,
      {
        hint: 'leave Device= out',
      },
    );
  }
  return named;
}

/** `ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1:NTP0`. */
function ipArgument(action: string, guest: GuestWanted, caps: KernelCaps, device: string): string {
  const { network, hostname } = guest;
  const { autoconf } = network;
  if (autoconf !== 'off' && !caps.ipAutoconf.includes(autoconf)) {
    throw new UserError(action, lacksAutoconf(autoconf, caps), {
      hint:
        caps.ipAutoconf.length > 0
          ? `use Autoconf=${caps.ipAutoconf.join(' or Autoconf=')}, or Autoconf=off with Address=`
          : 'use Autoconf=off with Address=, or another Kernel=',
    });
  }
  const [dns0 = '', dns1 = ''] = network.dns;
  const fields = [
    // A kernel that is told its address asks for none.
    network.leased ? '' : (network.address ?? ''),
    network.server,
    network.gateway ?? '',
    network.netmask,
    hostname,
    device,
    autoconf,
    dns0,
    dns1,
    network.ntp ?? '',
  ];
  const odd = fields.find((field) => field.includes(':'));
  if (odd !== undefined) throw new UserError(action, `the kernel's ip= cannot hold ${odd}`);
  return `ip=${fields.join(':').replace(/:+$/, '')}`;
}

function lacksAutoconf(autoconf: 'dhcp' | 'bootp' | 'rarp', caps: KernelCaps): string {
  const option = `CONFIG_IP_PNP_${autoconf.toUpperCase()}`;
  const way =
    caps.nfsRoot === 'initramfs' && autoconf === 'dhcp'
      ? 'needs udhcpc in the busybox of its initramfs and CONFIG_PACKET=y in the kernel'
      : `needs a kernel with ${option} and its NFS root built in`;
  return `Autoconf=${autoconf} ${way}, and this one (${caps.version}) has it not`;
}
