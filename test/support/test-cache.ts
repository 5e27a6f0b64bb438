import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** For trees and images that take minutes to make; may be deleted at any time when no test runs. */
export const cache = process.env.UMLNFS_TEST_CACHE ?? '/var/cache/umlnfs-test';

/**
 * A directory that is made once for each recipe and kept; that of an earlier recipe is removed.
 * @param recipe everything that decides what is in it, as JSON has it
 */
export async function cached(
  kind: string,
  recipe: unknown,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const name = `${kind}-${digest}`;
  const directory = join(cache, name);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const present = (await readdir(cache)).filter((one) => one.startsWith(`${kind}-`));
  if (present.includes(name)) return directory;
  for (const one of present) await removeTree(join(cache, one));
  // Half of it must never be taken for the whole.
  const work = join(cache, `${name}.new`);
  try {
    await make(work);
    await rename(work, directory);
  } finally {
    await removeTree(work);
  }
  return directory;
}

/** A new directory for this test run, on a disk and not in memory. Those of runs that were killed are removed. */
export async function runDirectory(): Promise<string> {
  await mkdir(cache, { recursive: true, mode: 0o700 });
  for (const name of await readdir(cache)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await removeTree(join(cache, name));
  }
  return mkdtemp(join(cache, `run-${process.pid}-`));
}

/** Removes a tree that may have files of any owner, but nothing that is mounted in it. */
export async function removeTree(directory: string): Promise<void> {
  await execa('rm', ['-rf', '--one-file-system', '--', directory]);
}
