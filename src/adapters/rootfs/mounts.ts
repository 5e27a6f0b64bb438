/** What is mounted, and taking it away. */
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';

export interface Mounted {
  readonly point: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** All mounts of this process's view, in the order in which they were made. */
export async function allMounts(): Promise<Mounted[]> {
  return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** The text of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
export function parseMountinfo(text: string): Mounted[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ');
    const [, , , , point, options = ''] = before.split(' ');
    if (point === undefined || after === undefined) return [];
    const [type = '', source = '', superOptions = ''] = after.split(' ');
    return [
      {
        point: unescaped(point),
        type,
        source: unescaped(source),
        options: [...options.split(','), ...superOptions.split(',').map(unescaped)],
      },
    ];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The name under which the kernel has what is mounted at `path`: without links. The last part need not exist. */
export async function mountPointOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  }
}

/** Mount points below a directory, outer ones first. @param directory without links in its path */
export async function mountsBelow(directory: string): Promise<string[]> {
  return (await allMounts()).map(({ point }) => point).filter((point) => point.startsWith(`${directory}/`));
}

/** What is mounted at a directory, the topmost; undefined where that is nothing. */
export async function mountAt(directory: string): Promise<Mounted | undefined> {
  const real = await mountPointOf(directory);
  return (await allMounts()).findLast(({ point }) => point === real);
}

export async function unmount(point: string): Promise<void> {
  await execa('umount', ['--', point], { env: { LC_ALL: 'C' } });
}

/** Takes it from its place at once; who still uses it does so until he is done. */
export async function detach(point: string): Promise<void> {
  await execa('umount', ['--lazy', '--', point], { env: { LC_ALL: 'C' } });
}
