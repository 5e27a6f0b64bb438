/** The roots of a directory, as they are found there. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { isGuestName, plainName } from '../../definition/guest-name.ts';
import { sanitise } from '../../model/end.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { suiteOf } from '../../model/rootfs/os-release.ts';
import { GuestRoot } from './inside.ts';

export interface FoundRoot {
  readonly name: string;
  readonly path: string;
  readonly kind: 'plain';
  /** Bytes that its files take; undefined where that cannot be told. */
  readonly used: number | undefined;
  /** What its os-release says; empty where there is none. */
  readonly suite: string;
}

/** Where the root of that name is: the one of guest `lab:01` is in `lab-01`. */
export function rootPath(directory: string, name: string): string {
  return join(directory, plainName(name));
}

/** Directories that can be guests' roots, in the order of their names; none where there is no such directory. */
export async function rootNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('list roots', messageOf(error), { hint: 'run it as root', cause: error });
  });
  return entries
    .filter((entry) => entry.isDirectory() && isGuestName(entry.name))
    .map(({ name }) => name)
    .sort();
}

export async function listRoots(directory: string): Promise<FoundRoot[]> {
  const found: FoundRoot[] = [];
  // One after the other: each is a walk over a whole tree.
  for (const name of await rootNames(directory)) {
    const root = await findRoot(name, directory);
    if (root !== undefined) found.push(root);
  }
  return found;
}

/** Undefined where there is no root of that name. */
export async function findRoot(name: string, directory: string): Promise<FoundRoot | undefined> {
  if (!isGuestName(name)) return undefined;
  const path = rootPath(directory, name);
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory() !== true) return undefined;
  const [used, suite] = await Promise.all([treeSize(path), readSuite(path)]);
  return { name, path, kind: 'plain', used, suite };
}

/** What the files take on disk, on this file system alone. */
export async function treeSize(path: string): Promise<number | undefined> {
  const { failed, stdout } = await execa(
    'du',
    ['--summarize', '--one-file-system', '--block-size=1', '--', path],
    {
      reject: false,
      stdin: 'ignore',
      env: { LC_ALL: 'C' },
    },
  );
  const size = /^\d+/.exec(stdout)?.[0];
  return failed || size === undefined ? undefined : Number(size);
}

async function readSuite(path: string): Promise<string> {
  try {
    const root = await GuestRoot.open(path);
    try {
      for (const file of ['etc/os-release', 'usr/lib/os-release']) {
        const text = await root.readText(file);
        if (text !== undefined) return sanitise(suiteOf(text));
      }
      return '';
    } finally {
      await root.close();
    }
  } catch {
    // It may be anything: it is the guest's.
    return '';
  }
}
