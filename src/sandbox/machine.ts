import { lstat, mkdir, stat, symlink } from 'node:fs/promises';
import { execa } from 'execa';
import { UserError } from '../model/error.ts';

const tun = '/dev/net/tun';

/**
 * Makes the new namespaces a small machine: its own view of its network, and taps for ordinary users.
 * @param devices a directory for what it has of its own, such as /dev/net/tun; made here
 */
export async function prepareNamespace(devices: string): Promise<void> {
  await execa('ip', ['link', 'set', 'lo', 'up']);
  // The one that was inherited shows the network interfaces of the host.
  await execa('mount', ['-t', 'sysfs', 'sysfs', '/sys']);
  // The state of another NFS server, and the bus it may be on, are none of this one's business.
  for (const path of ['/var/lib/nfs', '/run/dbus']) {
    if ((await stat(path).catch(() => undefined)) !== undefined) await mountTmpfs(path);
  }
  await mkdir(devices, { recursive: true });
  await mountTmpfs(devices);
  await openTun(devices);
  await giveMtab(devices);
}

async function mountTmpfs(path: string): Promise<void> {
  await execa('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'umlnfs-sandbox', path]);
}

/** Guests run as users of their own and open the device themselves; on the host it may be root's alone. */
async function openTun(devices: string): Promise<void> {
  const found = await stat(tun).catch(() => undefined);
  if (found === undefined) {
    throw new UserError('make tap devices', `there is no ${tun}`, { hint: 'modprobe tun' });
  }
  if ((found.mode & 0o006) === 0o006) return;
  await execa('mknod', ['--mode=0666', `${devices}/tun`, 'c', '10', '200']);
  await execa('mount', ['--bind', `${devices}/tun`, tun]);
}

/** NFS-Ganesha finds file systems by /etc/mtab, which containers may lack: then /etc is a copy that has it. */
async function giveMtab(devices: string): Promise<void> {
  if ((await lstat('/etc/mtab').catch(() => undefined)) !== undefined) return;
  const copy = `${devices}/etc`;
  await execa('cp', ['--archive', '/etc', copy]);
  await symlink('../proc/self/mounts', `${copy}/mtab`);
  await execa('mount', ['--bind', copy, '/etc']);
}
