/** Directories in which roots are made, or taken apart, beside their places and on the same file system. */
import { mkdir, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { livingProcess } from '../uml/proc.ts';
import { mountsBelow, unmount } from './mounts.ts';
import { removeTree } from './remove-tree.ts';

/** Process, its start (with the former that names it for good), and the namespace in which it has that number. */
const pattern = /^\.umlnfs-work-(\d+)-(\d+)-(\d+)-\d+$/;

let count = 0;

/** Lets `use` work in a directory of its own in `parent`; whatever is in it afterwards goes. */
export async function withWorkDirectory<T>(
  parent: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const own = await livingProcess(process.pid);
  count += 1;
  const name = `.umlnfs-work-${process.pid}-${own?.startTicks ?? 0}-${await pidNamespace()}-${count}`;
  const directory = join(parent, name);
  await mkdir(directory, { mode: 0o700 });
  try {
    return await use(directory);
  } finally {
    await clear(directory);
  }
}

/** What processes that were killed have left in `parent`; that of processes elsewhere cannot be told, and stays. */
export async function leftovers(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => ((await isLeft(name)) ? [join(parent, name)] : [])),
  );
  return found.flat();
}

/** Removes them, and tells which. */
export async function clearLeftovers(parent: string): Promise<string[]> {
  const found = await leftovers(parent);
  for (const directory of found) await clear(directory);
  return found;
}

/** Removes all of them, for a parent that nobody else makes roots in now. */
export async function clearAll(parent: string): Promise<void> {
  for (const name of await readdir(parent)) if (pattern.test(name)) await clear(join(parent, name));
}

async function isLeft(name: string): Promise<boolean> {
  const [, pid, ticks, namespace] = pattern.exec(name) ?? [];
  if (pid === undefined || namespace !== (await pidNamespace())) return false;
  return (await livingProcess(Number(pid)))?.startTicks !== Number(ticks);
}

async function pidNamespace(): Promise<string> {
  return /\d+/.exec(await readlink('/proc/self/ns/pid'))?.[0] ?? '0';
}

async function clear(directory: string): Promise<void> {
  // Innermost first.
  for (const point of (await mountsBelow(await realpath(directory))).reverse()) await unmount(point);
  await removeTree(directory);
}
