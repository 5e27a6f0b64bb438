/** A kernel's build configuration, as `--showconfig` prints it: `CONFIG_NFS_FS` to `y`, `m` or a value. */
export type KernelConfig = ReadonlyMap<string, string>;

/** Reads the lines `CONFIG_X=…`; an option that is not set is missing. */
export function parseConfig(text: string): KernelConfig {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined) config.set(match[1], match[2]);
  }
  return config;
}

/** How a kernel gets to an NFS root; `reason` says why it cannot. */
export type NfsRootWay =
  | { readonly kind: 'builtin' }
  | { readonly kind: 'initramfs'; readonly modular: boolean }
  | { readonly kind: 'none'; readonly reason: string };

/** What the configuration alone says; whether the modules of `initramfs` exist is for the caller to look up. */
export function nfsRootWay(config: KernelConfig): NfsRootWay {
  const has = (option: string) => config.get(option) === 'y';
  const canHave = (option: string) => ['y', 'm'].includes(config.get(option) ?? '');
  if (!canHave('CONFIG_NFS_FS') || !(canHave('CONFIG_NFS_V3') || canHave('CONFIG_NFS_V4'))) {
    return {
      kind: 'none',
      reason: 'it has no NFS client (CONFIG_NFS_FS with CONFIG_NFS_V4 or CONFIG_NFS_V3)',
    };
  }
  // ROOT_NFS needs IP_PNP: the root is mounted before any program could set an address.
  if (has('CONFIG_ROOT_NFS') && has('CONFIG_IP_PNP')) return { kind: 'builtin' };
  if (!has('CONFIG_BLK_DEV_INITRD')) {
    return { kind: 'none', reason: 'it has neither CONFIG_ROOT_NFS nor CONFIG_BLK_DEV_INITRD' };
  }
  const modular = ['CONFIG_NFS_FS', 'CONFIG_NFS_V3', 'CONFIG_NFS_V4'].some(
    (option) => config.get(option) === 'm',
  );
  return { kind: 'initramfs', modular };
}

/** The network drivers that `vec0:transport=tap` and `eth0=tuntap` need. */
export function transportsOf(config: KernelConfig): ('vector' | 'tuntap')[] {
  const transports: ('vector' | 'tuntap')[] = [];
  if (config.get('CONFIG_UML_NET_VECTOR') === 'y') transports.push('vector');
  if (config.get('CONFIG_UML_NET') === 'y' && config.get('CONFIG_UML_NET_TUNTAP') === 'y')
    transports.push('tuntap');
  return transports;
}

/** The methods the kernel's own `ip=` knows. */
export function autoconfOf(config: KernelConfig): ('dhcp' | 'bootp' | 'rarp')[] {
  if (config.get('CONFIG_IP_PNP') !== 'y') return [];
  return (['dhcp', 'bootp', 'rarp'] as const).filter(
    (method) => config.get(`CONFIG_IP_PNP_${method.toUpperCase()}`) === 'y',
  );
}

/** Whether its NFS client speaks UDP, for version 3; an option takes that away, and is on by default since 5.6. */
export function nfsOverUdp(config: KernelConfig): boolean {
  return config.get('CONFIG_NFS_DISABLE_UDP_SUPPORT') !== 'y';
}
