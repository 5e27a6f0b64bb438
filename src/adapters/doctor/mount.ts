import { readFile } from 'node:fs/promises';

/** The mount that a path is on. */
export interface MountOf {
  readonly type: string;
  /** Those of the mount and those of its file system. */
  readonly options: readonly string[];
}

/** @param path an absolute path without links in it */
export async function mountOf(
  path: string,
  mountinfo = '/proc/self/mountinfo',
): Promise<MountOf | undefined> {
  return findMount(await readFile(mountinfo, 'utf8').catch(() => ''), path);
}

/** The last of the longest mount points over `path` in the text of /proc/PID/mountinfo: what is seen there. */
export function findMount(mountinfo: string, path: string): MountOf | undefined {
  let found: MountOf | undefined;
  let longest = -1;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after] = line.split(' - ');
    const [, , , , point, options = ''] = before.split(' ');
    if (point === undefined || after === undefined) continue;
    const target = point.replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const covers = target === '/' || path === target || path.startsWith(`${target}/`);
    if (!covers || target.length < longest) continue;
    longest = target.length;
    const [type = '', , superOptions = ''] = after.split(' ');
    found = { type, options: [...options.split(','), ...superOptions.split(',')] };
  }
  return found;
}
