import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from './test-cache.ts';

const recipe = {
  suite: 'bookworm',
  packages: ['systemd-sysv', 'dbus', 'udev', 'iproute2', 'nfs-kernel-server', 'openssh-server'],
};

/** A Debian root with the kernel's NFS server and sshd, made once, with the network outside the tests' namespaces. */
export async function serverTree(): Promise<string> {
  const directory = await cached('server-root', recipe, async (fresh) => {
    await execa('nsenter', [
      '--net=/mnt/outer-network',
      'mmdebstrap',
      '--variant=minbase',
      `--include=${recipe.packages.join(',')}`,
      recipe.suite,
      join(fresh, 'root'),
    ]);
  });
  return join(directory, 'root');
}
