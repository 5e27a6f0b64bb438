import { readFile } from 'node:fs/promises';

/** Whether device nodes work on the file system that an open file is on: its mount is not `nodev`. */
export async function devicesAllowed(fd: number): Promise<boolean> {
  const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8');
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const line = mounts.split('\n').find((each) => each.startsWith(`${id} `));
  // A mount that cannot be seen from here may be anything.
  return line !== undefined && !(line.split(' ')[5] ?? '').split(',').includes('nodev');
}
