import { mkdir, stat } from 'node:fs/promises';
import { execa } from 'execa';
import { UserError } from '../model/error.ts';

const tun = '/dev/net/tun';

/**
 * Makes the new namespaces a small machine: its own view of its network, and taps for ordinary users.
 * @param devices a directory for a private /dev/net/tun; made where it is needed
 */
export async function prepareNamespace(devices: string): Promise<void> {
  await execa('ip', ['link', 'set', 'lo', 'up']);
  // The one that was inherited shows the network interfaces of the host.
  await execa('mount', ['-t', 'sysfs', 'sysfs', '/sys']);
  // The state of another NFS server, and the bus it may be on, are none of this one's business.
  for (const path of ['/var/lib/nfs', '/run/dbus']) {
    if ((await stat(path).catch(() => undefined)) === undefined) continue;
    await execa('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'umlnfs-sandbox', path]);
  }
  await openTun(devices);
}

/** Guests run as users of their own and open the device themselves; on the host it may be root's alone. */
async function openTun(devices: string): Promise<void> {
  const found = await stat(tun).catch(() => undefined);
  if (found === undefined) {
    throw new UserError('make tap devices', `there is no ${tun}`, { hint: 'modprobe tun' });
  }
  if ((found.mode & 0o006) === 0o006) return;
  await mkdir(devices, { recursive: true });
  await execa('mount', ['-t', 'tmpfs', '-o', 'mode=755,noexec', 'umlnfs-sandbox', devices]);
  await execa('mknod', ['--mode=0666', `${devices}/tun`, 'c', '10', '200']);
  await execa('mount', ['--bind', `${devices}/tun`, tun]);
}
