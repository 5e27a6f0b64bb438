import type { KernelConfig } from './kernel-config.ts';

/** An option of a guest's kernel, what it is for, and what follows without it. */
export interface KernelOption {
  readonly option: string;
  /** `root`: what a kernel needs that mounts an NFS root by itself; `guest`: what umlnfs and guests need besides. */
  readonly group: 'root' | 'guest';
  readonly about: string;
  /** The option that it is a part of: a part of a module is not built in either. */
  readonly partOf?: string;
  /** It takes something away: what it is about is present where it is off. */
  readonly inverse?: true;
  /** What follows where it is missing, a clause. */
  readonly without: string;
  /** Whether umlnfs' initramfs makes up for it. */
  readonly initramfs?: true;
  /** Whether umlnfs' initramfs loads its module for the guests that need it. */
  readonly loaded?: true;
  /** Whether nothing goes without it, however the root is mounted. */
  readonly need?: true;
}

export type Presence = 'present' | 'module' | 'missing';

export interface OptionSeen extends KernelOption {
  readonly presence: Presence;
}

/** All that is looked at in a guest's kernel, in the order of its menus. */
export const kernelOptions: readonly KernelOption[] = [
  {
    option: 'CONFIG_IP_PNP',
    group: 'root',
    about: 'IP autoconfiguration (ip=)',
    without: 'it cannot set its address itself',
    initramfs: true,
  },
  {
    option: 'CONFIG_IP_PNP_DHCP',
    group: 'root',
    about: 'IP autoconfiguration by DHCP',
    partOf: 'CONFIG_IP_PNP',
    without: 'Autoconf=dhcp does not work',
    initramfs: true,
  },
  {
    option: 'CONFIG_IP_PNP_BOOTP',
    group: 'root',
    about: 'IP autoconfiguration by BOOTP',
    partOf: 'CONFIG_IP_PNP',
    without: 'Autoconf=bootp does not work',
  },
  {
    option: 'CONFIG_IP_PNP_RARP',
    group: 'root',
    about: 'IP autoconfiguration by RARP',
    partOf: 'CONFIG_IP_PNP',
    without: 'Autoconf=rarp does not work',
  },
  {
    option: 'CONFIG_NFS_FS',
    group: 'root',
    about: 'NFS client',
    without: 'it cannot mount its root',
  },
  {
    option: 'CONFIG_NFS_V3',
    group: 'root',
    about: 'NFS client, version 3',
    partOf: 'CONFIG_NFS_FS',
    without: 'Version=3 does not work',
  },
  {
    option: 'CONFIG_NFS_V3_ACL',
    group: 'root',
    about: 'NFS client, ACL extension of version 3',
    partOf: 'CONFIG_NFS_V3',
    without: 'there are no ACLs with Version=3',
  },
  {
    option: 'CONFIG_NFS_V4',
    group: 'root',
    about: 'NFS client, version 4',
    partOf: 'CONFIG_NFS_FS',
    without: 'Version=4 and above do not work, and one of them is the default',
  },
  {
    option: 'CONFIG_NFS_V4_2',
    group: 'root',
    about: 'NFS client, version 4.2',
    partOf: 'CONFIG_NFS_V4',
    without: 'Version=4.2 does not work, which is the default where the kernel serves',
  },
  {
    option: 'CONFIG_NFS_DISABLE_UDP_SUPPORT',
    group: 'root',
    about: 'NFS over UDP (where the option is off)',
    partOf: 'CONFIG_NFS_FS',
    inverse: true,
    without: 'Protocol=udp does not work',
  },
  {
    option: 'CONFIG_KEYS',
    group: 'root',
    about: 'NFS idmapper (keys)',
    without: 'owners of files cannot be mapped by name',
  },
  {
    option: 'CONFIG_ROOT_NFS',
    group: 'root',
    about: 'root file system on NFS (nfsroot=)',
    partOf: 'CONFIG_NFS_FS',
    without: 'it cannot mount its root itself',
    initramfs: true,
  },
  {
    option: 'CONFIG_UML_NET_VECTOR',
    group: 'guest',
    about: 'vector network driver',
    without: 'its network is the legacy tuntap, at a third of the speed or less',
  },
  {
    option: 'CONFIG_UML_NET_TUNTAP',
    group: 'guest',
    about: 'legacy tuntap network driver',
    partOf: 'CONFIG_UML_NET',
    without: 'Transport=tuntap does not work',
  },
  {
    option: 'CONFIG_MCONSOLE',
    group: 'guest',
    about: 'management console',
    without: 'it could tell neither that it is ready nor that it hangs, nor be shut down',
    need: true,
  },
  {
    option: 'CONFIG_BLK_DEV_INITRD',
    group: 'guest',
    about: 'initramfs',
    without: 'it must mount its root itself',
  },
  {
    option: 'CONFIG_PACKET',
    group: 'guest',
    about: 'packet sockets',
    without: 'DHCP clients in the guest or its initramfs do not work',
  },
  {
    option: 'CONFIG_IPV6',
    group: 'guest',
    about: 'IPv6',
    without: 'IPv6Address= of its network is nothing to it',
    loaded: true,
  },
  {
    option: 'CONFIG_TMPFS',
    group: 'guest',
    about: 'tmpfs',
    without: 'a root with systemd does not boot',
  },
  {
    option: 'CONFIG_DEVTMPFS',
    group: 'guest',
    about: 'device nodes by the kernel',
    without: 'the root needs its device nodes in /dev, and systemd does not boot',
  },
  {
    option: 'CONFIG_CGROUPS',
    group: 'guest',
    about: 'control groups',
    without: 'a root with systemd does not boot',
  },
  {
    option: 'CONFIG_UNIX98_PTYS',
    group: 'guest',
    about: 'pseudo terminals',
    without: 'logins over the network do not work',
  },
];

/** How a configuration has each of {@link kernelOptions}. */
export function assessOptions(config: KernelConfig): readonly OptionSeen[] {
  return kernelOptions.map((row) => ({ ...row, presence: presenceOf(config, row) }));
}

function presenceOf(config: KernelConfig, { option, partOf, inverse }: KernelOption): Presence {
  const found = presenceOfOption(config, option);
  const own = inverse === true ? (found === 'missing' ? 'present' : 'missing') : found;
  if (partOf === undefined || own === 'missing') return own;
  const whole = kernelOptions.find((row) => row.option === partOf);
  const whatever = whole === undefined ? presenceOfOption(config, partOf) : presenceOf(config, whole);
  return whatever === 'present' ? own : whatever;
}

function presenceOfOption(config: KernelConfig, option: string): Presence {
  const value = config.get(option);
  if (value === 'y') return 'present';
  return value === 'm' ? 'module' : 'missing';
}
