import { readFile, statfs } from 'node:fs/promises';
import { UserError } from '../../model/error.ts';

const tmpfsMagic = 0x01021994;
/** Where UML puts its memory without TMPDIR: the first that is a tmpfs, else the last. */
const candidates = ['/dev/shm', '/tmp'] as const;

/**
 * A guest's memory is a file that UML makes and maps executable. Throws UserError where that cannot work:
 * not enough room now, or a file system mounted noexec.
 */
export async function checkMemoryFile(
  action: string,
  memoryBytes: number,
  places: readonly string[] = candidates,
): Promise<void> {
  const directory = await memoryDirectory(places);
  if (directory === undefined) return;
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free < memoryBytes) {
    throw new UserError(
      action,
      `its memory of ${mebibytes(memoryBytes)} MiB is a file in ${directory}, which has ${mebibytes(free)} MiB left`,
      { hint: `make Memory= smaller, stop other guests, or mount -o remount,size=… ${directory}` },
    );
  }
  if (await mountedNoexec(directory)) {
    throw new UserError(action, `its memory is a file in ${directory}, and that is mounted noexec`, {
      hint: `mount -o remount,exec ${directory}`,
    });
  }
}

/** Where UML puts the memory of guests. */
export async function memoryDirectory(places: readonly string[] = candidates): Promise<string | undefined> {
  for (const place of places) {
    const found = await statfs(place).catch(() => undefined);
    if (found?.type === tmpfsMagic) return place;
  }
  return places.at(-1);
}

async function mountedNoexec(directory: string): Promise<boolean> {
  return isNoexec(await readFile('/proc/self/mountinfo', 'utf8'), directory);
}

/** Whether the topmost mount over `directory` in the text of /proc/PID/mountinfo is noexec. */
export function isNoexec(mountinfo: string, directory: string): boolean {
  let options = '';
  let length = -1;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const point = fields[4]?.replaceAll('\\040', ' ');
    if (point === undefined) continue;
    const covers = point === '/' || directory === point || directory.startsWith(`${point}/`);
    if (!covers || point.length < length) continue;
    length = point.length;
    options = fields[5] ?? '';
  }
  return options.split(',').includes('noexec');
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
