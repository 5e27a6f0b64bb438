/** The backings of roots, as they lie in the directory of images. */
import { lstat, readdir, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../model/error.ts';
import { type Backing, backingName } from '../../../model/rootfs/backing.ts';
import { mountPointOf } from '../mounts.ts';

/** What the root at `root` has beneath it; undefined for a directory like any other. */
export async function backingOf(images: string, root: string): Promise<Backing | undefined> {
  return await readBacking(images, backingName(root));
}

/**
 * Lets no root be made where there is one already, of which only the directory is gone: its files are all here.
 * @throws UserError
 */
export async function refuseBacked(images: string, root: string, action: string): Promise<void> {
  const directory = join(images, backingName(root));
  // Whatever became of its links.
  for (const name of ['image', 'upper']) {
    const there = await lstat(join(directory, name)).catch(() => undefined);
    if (there === undefined) continue;
    throw new UserError(action, `there is a root ${basename(root)} in ${directory} that is not mounted`, {
      hint: `bring back ${dirname(root)} and mount it there, or remove it: umlnfs rootfs remove ${basename(root)}`,
    });
  }
}

/**
 * Lets no root be made where there is anything, or a root that is not mounted.
 * @param hint what to do about the former
 * @throws UserError
 */
export async function refuseTaken(
  images: string,
  root: string,
  action: string,
  hint?: string,
): Promise<void> {
  const there = await lstat(root).catch(() => undefined);
  if (there === undefined) return await refuseBacked(images, root, action);
  throw new UserError(action, `there is something at ${root} already`, hint === undefined ? {} : { hint });
}

/** All of them. */
export async function listBackings(images: string): Promise<Backing[]> {
  const names = await readdir(images).catch(() => []);
  const found = await Promise.all(names.map((name) => readBacking(images, name)));
  return found.filter((backing) => backing !== undefined);
}

async function readBacking(images: string, name: string): Promise<Backing | undefined> {
  const directory = join(images, name);
  const root = await readlink(join(directory, 'root')).catch(() => undefined);
  if (root === undefined || backingName(root) !== name) return undefined;
  const base = await readlink(join(directory, 'base')).catch(() => undefined);
  return base === undefined ? { kind: 'image', root, directory } : { kind: 'overlay', root, directory, base };
}

/** The overlays over a root: it must stay as it is as long as there are any. */
export async function clonesOver(images: string, root: string): Promise<string[]> {
  const real = await mountPointOf(root);
  const clones: string[] = [];
  for (const one of await listBackings(images))
    if (one.kind === 'overlay' && (one.base === root || (await mountPointOf(one.base)) === real))
      clones.push(one.root);
  return clones;
}

/** As {@link clonesOver}, where all backings are known. */
export function clonesAmong(backings: readonly Backing[], root: string): string[] {
  return backings.flatMap((one) => (one.kind === 'overlay' && one.base === root ? [one.root] : []));
}

/** Bytes that it may have at most, for an image. */
export async function imageSize(backing: Backing): Promise<number | undefined> {
  if (backing.kind !== 'image') return undefined;
  return (await lstat(join(backing.directory, 'image')).catch(() => undefined))?.size;
}
