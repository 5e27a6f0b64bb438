import { chmod, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBusybox } from '../../adapters/uml/busybox.ts';
import { UserError } from '../../model/error.ts';

/** What the first program of these roots says on the console: from then on the root is mounted. */
export const rootMark = 'bench: the root is mounted';
/** The end of what the disk root does. */
export const diskMark = 'bench: the disk is measured';

const begin = `#!/bin/busybox sh
echo '${rootMark}'
[ -e /proc/mconsole ] || /bin/busybox mount -t proc proc /proc
echo READY=1 >/proc/mconsole
`;

const sleep = 'exec /bin/busybox sleep 2147483647\n';

/** The bytes that are written and read. */
export const diskBytes = 200 * 1024 * 1024;

const disk = (cycles: number) => `# took WHAT COMMAND…: tells the centiseconds by the guest's own clock.
took() {
    what=$1
    shift
    read -r from rest </proc/uptime
    "$@" 2>/dev/null
    read -r to rest </proc/uptime
    # The 1 is for the shell, to which numbers that begin with 0 are octal.
    echo "bench: $what took $(((\${to%.*} - \${from%.*}) * 100 + 1\${to#*.} - 1\${from#*.})) cs"
}
for cycle in $(/bin/busybox seq ${cycles}); do
    took write /bin/busybox dd if=/dev/zero of=/data bs=1M count=200 conv=fsync
    echo 3 >/proc/sys/vm/drop_caches
    took read /bin/busybox dd if=/data of=/dev/null bs=1M
    /bin/busybox rm /data
done
echo '${diskMark}'
`;

/** Makes roots that say READY=1 and then sleep: one process each. */
export async function makeIdleRoots(directories: readonly string[]): Promise<void> {
  await makeRoots(directories, begin + sleep);
}

/** Makes a root that writes and reads a file so many times, and tells on the console how long that took. */
export async function makeDiskRoots(directories: readonly string[], cycles: number): Promise<void> {
  await makeRoots(directories, begin + disk(cycles) + sleep);
}

async function makeRoots(directories: readonly string[], init: string): Promise<void> {
  const busybox = await findBusybox();
  if (busybox === undefined) {
    throw new UserError('make a root of one process', 'there is no static busybox', {
      hint: 'apt install busybox-static',
    });
  }
  let first: string | undefined;
  for (const directory of directories) {
    await rm(directory, { recursive: true, force: true });
    for (const name of ['bin', 'sbin', 'dev', 'proc', 'sys']) {
      await mkdir(join(directory, name), { recursive: true });
    }
    const program = join(directory, 'bin/busybox');
    if (first === undefined) await copyFile(busybox.path, program);
    else await link(first, program);
    first ??= program;
    await writeFile(join(directory, 'sbin/init'), init);
    await chmod(join(directory, 'sbin/init'), 0o755);
  }
}

/** Megabytes (10⁶ bytes) a second of each transfer that a console log tells of. */
export function ratesOf(log: string, what: 'write' | 'read'): number[] {
  const line = new RegExp(`^bench: ${what} took (\\d+) cs`, 'gm');
  return [...log.matchAll(line)].map((match) => diskBytes / 1e6 / (Number(match[1]) / 100));
}
