/** What tailoring looks at in a root. */
import { interfacesPart, type NetworkStyle, networkdFile } from '../../model/tailoring/network.ts';
import { disksLink, serverLink } from '../../model/tailoring/server.ts';
import type { SetupFacts } from '../../model/tailoring/setup.ts';
import { type InitKind, isMarked, type RootFacts } from '../../model/tailoring/wanted.ts';
import type { Entry, GuestRoot } from './inside.ts';

export async function rootFacts(inside: GuestRoot): Promise<RootFacts> {
  const [
    systemd,
    networkManager,
    fstab,
    hosts,
    machineId,
    inittab,
    halt,
    hasResolvConf,
    init,
    network,
    wasServer,
    hadDisks,
  ] = await Promise.all([
    inside.isFile('lib/systemd/systemd'),
    inside.isFile('usr/sbin/NetworkManager'),
    inside.readText('etc/fstab'),
    inside.readText('etc/hosts'),
    inside.readText('etc/machine-id'),
    inside.readText('etc/inittab'),
    haltSettings(inside),
    resolvConfIsMade(inside),
    inside.look('sbin/init'),
    networkOf(inside),
    isThere(inside, serverLink.path),
    isThere(inside, disksLink.path),
  ]);
  return {
    init: initOf(init, systemd, inittab),
    systemd,
    networkManager,
    fstab,
    hosts,
    machineId,
    inittab,
    halt,
    network,
    wasServer,
    hadDisks,
    hasResolvConf,
  };
}

/** Most are links that tell it; the file of System V's init is known by its table. */
function initOf(entry: Entry, systemd: boolean, inittab: string | undefined): InitKind {
  if (entry.kind === 'link') {
    const known = (['systemd', 'busybox', 'sysvinit', 'openrc'] as const).find((name) =>
      entry.target.includes(name),
    );
    if (known !== undefined) return known;
  }
  if (entry.kind === 'file' && inittab !== undefined) return 'sysvinit';
  return systemd ? 'systemd' : 'unknown';
}

async function haltSettings(inside: GuestRoot): Promise<string | undefined> {
  if (!(await inside.isFile('etc/init.d/halt'))) return undefined;
  return (await inside.readText('etc/default/halt')) ?? '';
}

async function isThere(inside: GuestRoot, path: string): Promise<boolean> {
  return (await inside.look(path)).kind === 'link';
}

async function networkOf(inside: GuestRoot): Promise<NetworkStyle | undefined> {
  const isOurs = async (path: string) =>
    (await inside.look(path)).kind === 'file' && isMarked((await inside.readText(path)) ?? '');
  if (await isOurs(networkdFile)) return 'networkd';
  return (await isOurs(interfacesPart)) ? 'ifupdown' : undefined;
}

/** A link to what systemd-resolved makes leads nowhere where that is not installed. */
async function resolvConfIsMade(inside: GuestRoot): Promise<boolean> {
  const entry = await inside.look('etc/resolv.conf');
  if (entry.kind === 'missing') return false;
  if (entry.kind === 'file') return !isMarked((await inside.readText('etc/resolv.conf')) ?? '');
  if (entry.kind !== 'link' || !/\/run\/systemd\/resolve\//.test(entry.target)) return true;
  return inside.isFile('lib/systemd/systemd-resolved');
}

/** @param inittab as tailoring leaves it */
export async function setupFacts(
  inside: GuestRoot,
  { init, systemd }: RootFacts,
  inittab: string | undefined,
): Promise<SetupFacts> {
  const [passwd, group, shadow, gshadow, interfaces, bash, sshd, ifup, networkd, udev, devices] =
    await Promise.all([
      inside.readText('etc/passwd'),
      inside.readText('etc/group'),
      inside.readText('etc/shadow'),
      inside.readText('etc/gshadow'),
      inside.readText('etc/network/interfaces'),
      inside.isFile('bin/bash'),
      inside.isFile('usr/sbin/sshd'),
      inside.isFile('sbin/ifup'),
      inside.isFile('lib/systemd/systemd-networkd'),
      inside.isFile('bin/udevadm'),
      inside.hasDevices(),
    ]);
  return {
    init,
    systemd,
    accounts: { passwd, group, shadow, gshadow },
    interfaces,
    inittab,
    has: { bash, sshd, ifup, networkd, udev },
    noDevices: devices ? undefined : 'its file system is mounted nodev, where device nodes do nothing',
  };
}
