import { createDebianRoot } from '../../../src/adapters/rootfs/debian.ts';
import { cached } from '../../support/test-cache.ts';

const tools = ['ifupdown', 'iproute2'];

/** Roots as distributions have them, before umlnfs has seen them; they are only read. */
const recipes = {
  trixie: { suite: 'trixie', packages: ['systemd-sysv', 'dbus', 'udev', 'openssh-server', ...tools] },
  bookworm: { suite: 'bookworm', packages: ['systemd-sysv', 'dbus', 'udev', ...tools] },
  sysvinit: {
    suite: 'bookworm',
    packages: ['sysvinit-core', 'sysv-rc', 'initscripts', 'udev', 'procps', ...tools],
  },
} as const;

export type Untailored = keyof typeof recipes;

export function untailoredTree(name: Untailored): Promise<string> {
  const recipe = recipes[name];
  return cached(`untailored-${name}`, recipe, (directory) => createDebianRoot(directory, recipe));
}

/** A Debian 13 with the kernel's NFS server, and a way in. It is only read. */
export function serverTree(): Promise<string> {
  const recipe = {
    suite: 'trixie',
    packages: ['systemd-sysv', 'dbus', 'nfs-kernel-server', 'openssh-server'],
  };
  return cached('system-server', recipe, (directory) => createDebianRoot(directory, recipe));
}
