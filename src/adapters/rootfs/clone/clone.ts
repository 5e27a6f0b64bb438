/** Makes a root from another one, for the daemon. */
import { lstat, mkdir, realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { messageOf, UserError } from '../../../model/error.ts';
import type { Work } from '../../long-work/work.ts';
import { ensureMounted, makeImage, publish, whileMounted } from '../backing/make.ts';
import { backingOf, imageSize, refuseTaken } from '../backing/store.ts';
import { copyTree } from '../create/copy.ts';
import { runningRoots } from '../running.ts';
import { clearLeftovers, withWorkDirectory } from '../work-directory.ts';
import { renewIdentity } from './identity.ts';

export interface CloneWanted {
  /** The directory of the root that is copied. */
  readonly from: string;
  /** A directory that does not exist. */
  readonly directory: string;
  /** Where the images of roots are that have a file system of their own. */
  readonly images: string;
}

/**
 * Copies a root beside its place, gives the copy an identity of its own, and then its name: what has the name is
 * whole. Blocks are shared where the file system can. The clone of a root in an image is in one as large.
 * @throws UserError; the signal's reason
 */
export async function cloneRoot(wanted: CloneWanted, work: Work): Promise<void> {
  const { from, directory, images } = wanted;
  const backing = await backingOf(images, from);
  if (backing !== undefined) await ensureMounted(images, backing);
  await checkBase(from, work.action);
  await refuseTaken(wanted.images, wanted.directory, work.action);
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await clearLeftovers(parent);
  await withWorkDirectory(parent, async (scratch) => {
    const tree = join(scratch, 'root');
    await mkdir(tree);
    const bytes = backing === undefined ? undefined : await imageSize(backing);
    if (bytes !== undefined) return await cloneImage(wanted, bytes, { tree, scratch }, work);
    await copy(wanted, { tree, scratch }, work);
    await rename(tree, directory);
  });
}

interface Places {
  readonly tree: string;
  readonly scratch: string;
}

async function cloneImage(wanted: CloneWanted, bytes: number, places: Places, work: Work): Promise<void> {
  const { directory, images } = wanted;
  await clearLeftovers(images);
  await withWorkDirectory(images, async (place) => {
    const made = await makeImage(place, directory, bytes, work);
    await whileMounted(made, places.tree, work.action, () => copy(wanted, places, work));
    await publish(images, made, work.action);
  });
}

async function copy(wanted: CloneWanted, { tree, scratch }: Places, work: Work): Promise<void> {
  await copyTree(wanted.from, tree, scratch, false, work);
  await renewIdentity(tree, scratch, work.action);
  // Its name means that it is whole, after a power failure too.
  await execa('sync', ['--file-system', '--', tree]);
  work.signal.throwIfAborted();
  await refuseTaken(wanted.images, wanted.directory, work.action);
}

async function checkBase(from: string, action: string): Promise<void> {
  const there = await lstat(from).catch((error: NodeJS.ErrnoException) => {
    const cause = error.code === 'ENOENT' ? `there is no root ${from}` : messageOf(error);
    throw new UserError(action, cause, {
      hint: 'make it with umlnfs rootfs create, or correct Clone= in [Root]',
    });
  });
  if (!there.isDirectory())
    throw new UserError(action, `${from} is no directory`, { hint: 'correct Clone= in [Root]' });
  const real = await realpath(from);
  const user = (await runningRoots()).find(({ directory }) => directory === from || directory === real);
  if (user === undefined) return;
  throw new UserError(action, `guest ${user.guest} runs from ${from}, and would write while it is copied`, {
    hint: `umlnfs stop ${user.guest}`,
  });
}
