import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Process 1 of a root with nothing but busybox: says that it is ready, powers off on ctrl-alt-del, and runs the
 * file /do as often as somebody puts one there.
 */
const init = `#!/bin/busybox sh
export PATH=/bin
mount -t proc proc /proc
echo 0 > /proc/sys/kernel/ctrl-alt-del
trap 'poweroff -f' INT
while :; do setsid sh -c 'exec sh <> /dev/tty1 >&0 2>&1'; sleep 0.1; done &
echo READY=1 > /proc/mconsole
while :; do
  if mv /do /doing 2> /dev/null; then sh /doing > /done.new 2>&1; mv /done.new /done; fi
  sleep 0.1
done
`;

const applets = [
  'cat',
  'dd',
  'echo',
  'grep',
  'mount',
  'mv',
  'poweroff',
  'reboot',
  'setsid',
  'sh',
  'sleep',
  'sync',
];

/** Makes a root in `directory` that boots in a moment; needs the package busybox-static. */
export async function makeTinyRoot(directory: string): Promise<void> {
  for (const name of ['bin', 'dev', 'proc', 'sbin', 'sys', 'tmp']) {
    await mkdir(join(directory, name), { recursive: true });
  }
  await cp('/bin/busybox', join(directory, 'bin/busybox'));
  for (const applet of applets) await symlink('busybox', join(directory, 'bin', applet));
  await writeFile(join(directory, 'sbin/init'), init);
  await chmod(join(directory, 'sbin/init'), 0o755);
}
