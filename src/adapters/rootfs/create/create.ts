/** Makes new roots: beside their places, and there under their names when they are whole. */
import { chmod, mkdir, rename, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { isGuestName, NAME_SYNTAX } from '../../../definition/guest-name.ts';
import { absolutePath } from '../../../definition/value-types/path.ts';
import { messageOf, UserError } from '../../../model/error.ts';
import { hostnameOf } from '../../../model/guest-wanted.ts';
import { quote } from '../../../model/quote.ts';
import type { Backing } from '../../../model/rootfs/backing.ts';
import type { Ground, Origin } from '../../../model/rootfs/origin.ts';
import type { SetupWish } from '../../../model/tailoring/setup.ts';
import type { Work } from '../../long-work/work.ts';
import { makePrivateDirectory } from '../../state/private-directory.ts';
import { makeImage, makeOverlay, publish, whileMounted } from '../backing/make.ts';
import { refuseTaken } from '../backing/store.ts';
import { renewIdentity } from '../clone/identity.ts';
import { setup } from '../tailor.ts';
import { clearLeftovers, withWorkDirectory } from '../work-directory.ts';
import { copyTree } from './copy.ts';
import { fillFromDebian } from './debian.ts';
import { fillFromHost } from './host.ts';
import { fillFromTarball } from './tarball.ts';

/** Bytes that are as good as none. */
const nothing = 128 * 1024;

export interface RootWanted {
  readonly name: string;
  /** Where it will be: a directory that does not exist. */
  readonly path: string;
  readonly origin: Origin;
  readonly ground: Ground;
  /** What is asked for beside what every root gets. */
  readonly tailoring?: { readonly hostname?: string | undefined; readonly once: SetupWish };
  /** The directory of images. */
  readonly images: string;
}

/**
 * Makes a root, tailored for a guest of its name. Nothing stays behind where it fails or is ended early.
 * @returns what will not do what was asked for, and why; sentences
 * @throws UserError; the signal's reason
 */
export async function createRoot(wanted: RootWanted, work: Work): Promise<readonly string[]> {
  const parent = await checkPlace(wanted, work.action);
  try {
    return await make(wanted, parent, work);
  } catch (error) {
    work.signal.throwIfAborted();
    throw error instanceof UserError ? error : new UserError(work.action, messageOf(error), { cause: error });
  }
}

async function make(wanted: RootWanted, parent: string, work: Work): Promise<readonly string[]> {
  const { path, ground, images } = wanted;
  return await withWorkDirectory(parent, async (scratch) => {
    const tree = join(scratch, 'root');
    await mkdir(tree);
    // Whatever the umask says: ordinary users of the guest must get in.
    await chmod(tree, 0o755);
    if (ground.kind === 'plain') {
      const notes = await fill(wanted, tree, scratch, work);
      await checkFree(wanted, work.action);
      await rename(tree, path);
      return notes;
    }
    await makePrivateDirectory(images);
    return await withWorkDirectory(images, async (place) => {
      const { backing, notes } = await fillBacking(wanted, ground, { tree, scratch, place }, work);
      await checkFree(wanted, work.action);
      work.progress.phase('mounting');
      await publish(images, backing, work.action);
      return notes;
    });
  });
}

async function fillBacking(
  wanted: RootWanted,
  ground: Exclude<Ground, { kind: 'plain' }>,
  { tree, scratch, place }: { tree: string; scratch: string; place: string },
  work: Work,
): Promise<{ readonly backing: Backing; readonly notes: readonly string[] }> {
  const { path } = wanted;
  const backing =
    ground.kind === 'image'
      ? await makeImage(place, path, ground.bytes, work)
      : await makeOverlay(place, path, ground.base);
  const notes = await whileMounted(backing, tree, work.action, () => fill(wanted, tree, scratch, work));
  return { backing, notes };
}

/** Programs fail in all kinds of ways on a full disk, and few say so. */
async function fill(
  wanted: RootWanted,
  tree: string,
  scratch: string,
  work: Work,
): Promise<readonly string[]> {
  try {
    return await fillFrom(wanted, tree, scratch, work);
  } catch (error) {
    work.signal.throwIfAborted();
    const { bavail, bsize, ffree, files } = await statfs(tree);
    if (bavail * bsize >= nothing && (files === 0 || ffree > 0)) throw error;
    throw new UserError(work.action, `No space left on device; ${messageOf(error)}`, {
      hint:
        wanted.ground.kind === 'image'
          ? 'give it a larger file system with --size='
          : `make room on the file system of ${dirname(wanted.path)}, or name another place with --directory=`,
      cause: error,
    });
  }
}

async function fillFrom(
  { name, origin, tailoring }: RootWanted,
  tree: string,
  scratch: string,
  work: Work,
): Promise<readonly string[]> {
  switch (origin.kind) {
    case 'debian':
      await fillFromDebian(tree, scratch, origin.debian, work);
      break;
    case 'host':
      await fillFromHost(tree, origin.without, work);
      break;
    case 'tarball':
      await fillFromTarball(tree, scratch, origin.file, work);
      break;
    case 'clone':
      if (origin.method !== 'overlay')
        await copyTree(origin.source, tree, scratch, origin.method === 'reflink', work);
      break;
  }
  work.progress.phase('tailoring');
  const wish = { hostname: tailoring?.hostname ?? hostnameOf(name) };
  const notes = await withoutScratch(tree, work.action, async () => {
    if (origin.kind !== 'debian') await renewIdentity(tree, scratch, work.action);
    return (await setup(tree, wish, tailoring?.once)).notes;
  });
  // Its name means that it is whole, after a power failure too.
  await execa('sync', ['--file-system', '--', tree]);
  work.signal.throwIfAborted();
  return notes;
}

/** Errors inside of it do not name a directory that is gone when they are read. */
async function withoutScratch<T>(tree: string, action: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof UserError && `${error.message}${error.hint ?? ''}`.includes(tree))) throw error;
    const cause = error.message.replaceAll(` in guest root ${tree}`, ' in it').replaceAll(tree, 'it');
    throw new UserError(action, cause, { cause: error });
  }
}

/** Makes the directory that the root will be in, and removes what work that was killed left there. */
async function checkPlace(wanted: RootWanted, action: string): Promise<string> {
  const { name, path, images } = wanted;
  if (!isGuestName(name))
    throw new UserError(action, `${quote(name)} is no name of a guest (${NAME_SYNTAX})`);
  if (process.geteuid?.() !== 0)
    throw new UserError(action, 'the files in a root belong to all kinds of users', {
      hint: 'run it as root',
    });
  const elsewhere = { hint: 'name another place with --directory=' };
  try {
    if (absolutePath.parse(path) !== path) throw new Error(`${path} is no plain path`);
  } catch (error) {
    throw new UserError(action, messageOf(error), elsewhere);
  }
  const parent = dirname(path);
  try {
    // What root in a guest makes there is not for users of the host.
    await mkdir(parent, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(action, messageOf(error), elsewhere);
  }
  await checkFree(wanted, action);
  await clearLeftovers(parent);
  await clearLeftovers(images);
  return parent;
}

function checkFree({ path, images }: RootWanted, action: string): Promise<void> {
  return refuseTaken(images, path, action, 'choose another name, or remove it first: umlnfs rootfs remove');
}
