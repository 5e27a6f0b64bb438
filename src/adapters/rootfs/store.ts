/** The roots of a directory, as they are found there. */
import { lstat, readdir, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { isGuestName, plainName } from '../../definition/guest-name.ts';
import { sanitise } from '../../model/end.ts';
import { messageOf, UserError } from '../../model/error.ts';
import type { Backing } from '../../model/rootfs/backing.ts';
import { suiteOf } from '../../model/rootfs/os-release.ts';
import { isMounted } from './backing/mount.ts';
import { backingOf, clonesOver, imageSize, listBackings } from './backing/store.ts';
import { GuestRoot } from './inside.ts';

export interface FoundRoot {
  readonly name: string;
  readonly path: string;
  /** `clone`: an overlay over another root. */
  readonly kind: 'plain' | 'image' | 'clone';
  /** Bytes that its files take; undefined where that cannot be told. */
  readonly used: number | undefined;
  /** Bytes that can be added. */
  readonly free: number | undefined;
  /** Bytes of all, where the root has a file system of its own. */
  readonly capacity: number | undefined;
  /** What its os-release says; empty where there is none. */
  readonly suite: string;
  readonly backing: Backing | undefined;
  /** False where it should be mounted, and is not. */
  readonly mounted: boolean;
  /** The root that it is an overlay over, and those that are over it. */
  readonly base: string | undefined;
  readonly clones: readonly string[];
}

export interface RootPlaces {
  /** The directory that roots are in. */
  readonly directory: string;
  readonly images: string;
}

/** Where the root of that name is: the one of guest `lab:01` is in `lab-01`. */
export function rootPath(directory: string, name: string): string {
  return join(directory, plainName(name));
}

/** In the order of their names; none where there is no such directory. */
export async function listRoots(places: RootPlaces): Promise<FoundRoot[]> {
  const found: FoundRoot[] = [];
  // One after the other: each is a walk over a whole tree.
  for (const name of await rootNames(places)) {
    const root = await findRoot(name, places);
    if (root !== undefined) found.push(root);
  }
  return found;
}

/** Directories that can be guests' roots, and what should be mounted where there is none any more. */
export async function rootNames({ directory, images }: RootPlaces): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('list roots', messageOf(error), { hint: 'run it as root', cause: error });
  });
  const backed = (await listBackings(images)).map(({ root }) => root);
  const names = [
    ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    ...backed.filter((root) => dirname(root) === directory).map((root) => basename(root)),
  ];
  return [...new Set(names)].filter(isGuestName).sort();
}

/** Undefined where there is no root of that name. */
export async function findRoot(
  name: string,
  { directory, images }: RootPlaces,
): Promise<FoundRoot | undefined> {
  if (!isGuestName(name)) return undefined;
  const path = rootPath(directory, name);
  const backing = await backingOf(images, path);
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory() !== true && backing === undefined) return undefined;
  const mounted = backing === undefined || (await isMounted(backing));
  const [size, suite, clones] = await Promise.all([
    sizeOf(path, backing, mounted),
    mounted ? readSuite(path) : '',
    clonesOver(images, path),
  ]);
  const kind = backing === undefined ? 'plain' : backing.kind === 'image' ? 'image' : 'clone';
  const base = backing?.kind === 'overlay' ? backing.base : undefined;
  return { name, path, kind, ...size, suite, backing, mounted, base, clones };
}

async function sizeOf(
  path: string,
  backing: Backing | undefined,
  mounted: boolean,
): Promise<Pick<FoundRoot, 'used' | 'free' | 'capacity'>> {
  const room = mounted ? await statfs(path).catch(() => undefined) : undefined;
  const free = room === undefined ? undefined : room.bavail * room.bsize;
  if (backing?.kind !== 'image') {
    const own = backing === undefined ? path : `${backing.directory}/upper`;
    return { used: await treeSize(own), free, capacity: undefined };
  }
  const used = room === undefined ? undefined : (room.blocks - room.bfree) * room.bsize;
  return { used, free, capacity: await imageSize(backing) };
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
