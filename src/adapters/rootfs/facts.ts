/** What tailoring looks at in a root. */
import { interfacesPart, type NetworkStyle, networkdFile } from '../../model/tailoring/network.ts';
import { disksLink, serverLink } from '../../model/tailoring/server.ts';
import type { SetupFacts } from '../../model/tailoring/setup.ts';
import { type InitKind, isMarked, type RootFacts } from '../../model/tailoring/wanted.ts';
import type { Entry, GuestRoot } from './inside.ts';

export async function rootFacts(inside: GuestRoot): Promise<RootFacts> {
  const { sbinInit, ...facts } = await together({
    systemd: inside.isFile('lib/systemd/systemd'),
    networkManager: inside.isFile('usr/sbin/NetworkManager'),
    fstab: inside.readText('etc/fstab'),
    hosts: inside.readText('etc/hosts'),
    machineId: inside.readText('etc/machine-id'),
    inittab: inside.readText('etc/inittab'),
    halt: haltSettings(inside),
    hasResolvConf: resolvConfIsMade(inside),
    network: networkOf(inside),
    wasServer: isThere(inside, serverLink.path),
    hadDisks: isThere(inside, disksLink.path),
    sbinInit: inside.look('sbin/init'),
  });
  return { ...facts, init: initOf(sbinInit, facts.systemd, facts.inittab) };
}

/** As Promise.all, by name. */
async function together<Readings extends Record<string, Promise<unknown>>>(
  readings: Readings,
): Promise<{ [Name in keyof Readings]: Awaited<Readings[Name]> }> {
  const pairs = Object.entries(readings).map(async ([name, reading]) => [name, await reading] as const);
  return Object.fromEntries(await Promise.all(pairs)) as {
    [Name in keyof Readings]: Awaited<Readings[Name]>;
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
  const { passwd, group, shadow, gshadow, interfaces, devices, ...has } = await together({
    passwd: inside.readText('etc/passwd'),
    group: inside.readText('etc/group'),
    shadow: inside.readText('etc/shadow'),
    gshadow: inside.readText('etc/gshadow'),
    interfaces: inside.readText('etc/network/interfaces'),
    bash: inside.isFile('bin/bash'),
    sshd: inside.isFile('usr/sbin/sshd'),
    ifup: inside.isFile('sbin/ifup'),
    networkd: inside.isFile('lib/systemd/systemd-networkd'),
    udev: inside.isFile('bin/udevadm'),
    devices: inside.hasDevices(),
  });
  return {
    init,
    systemd,
    accounts: { passwd, group, shadow, gshadow },
    interfaces,
    inittab,
    has,
    noDevices: devices ? undefined : 'its file system is mounted nodev, where device nodes do nothing',
  };
}
