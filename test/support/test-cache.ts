import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** For trees and images that take minutes to make; may be deleted at any time when no test runs. */
export const cache = process.env.UMLNFS_TEST_CACHE ?? '/var/cache/umlnfs-test';

/**
 * A directory that is made once for each recipe and kept. It stays while this process runs, whoever else tests
 * here; that of an earlier recipe is removed when nobody uses it any more.
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
  // It stays open: the lock is held until this process ends, however it ends.
  const use = openLock(name);
  await flock(use, '--shared');
  if (existsSync(directory)) return directory;
  const making = openLock(`${name}.new`);
  try {
    await flock(making, '--exclusive');
    if (existsSync(directory)) return directory;
    await removeUnused(kind, name);
    // Half of it must never be taken for the whole.
    const work = join(cache, `${name}.new`);
    await removeTree(work);
    await make(work).catch(async (error) => {
      await removeTree(work);
      throw error;
    });
    await rename(work, directory);
  } catch (error) {
    closeSync(use);
    throw error;
  } finally {
    closeSync(making);
  }
  return directory;
}

async function removeUnused(kind: string, except: string): Promise<void> {
  for (const one of await readdir(cache)) {
    const name = one.replace(/\.new$/, '');
    if (name === except || !/^-[\da-f]{16}$/.test(name.slice(kind.length)) || !name.startsWith(kind))
      continue;
    const lock = openLock(name);
    try {
      if (!(await flock(lock, '--exclusive', '--nonblock'))) continue;
      const rest = join(cache, `${name}.new`);
      await removeTree(rest);
      if (one === name) await rename(join(cache, one), rest);
      await removeTree(rest);
    } finally {
      closeSync(lock);
    }
  }
}

/** The files of locks stay: one that was removed could be locked by whoever has it open already. */
function openLock(name: string): number {
  return openSync(join(cache, `.${name}.lock`), 'a', 0o600);
}

/** flock(1) locks the open file it inherits, which is this process's too, and leaves it locked. */
async function flock(file: number, ...options: string[]): Promise<boolean> {
  // Not execa: it hands on no descriptor above 9.
  const child = spawn('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'inherit', file] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 && !options.includes('--nonblock')) throw new Error(`flock ended with ${code}`);
  return code === 0;
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
