/** Makes backings beside their places, and gives them their names when the root in them is whole. */
import { chmod, mkdir, open, rename, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../model/error.ts';
import { type Backing, backingName } from '../../../model/rootfs/backing.ts';
import { runCommand } from '../../long-work/command.ts';
import type { Work } from '../../long-work/work.ts';
import { findProgram } from '../../program.ts';
import { mountAt, unmount } from '../mounts.ts';
import { removeTree } from '../remove-tree.ts';
import { mountAs, mountBacking } from './mount.ts';
import { refuseBacked } from './store.ts';
import { disableMount, enableMount, systemdRuns } from './unit.ts';

/** A new file system of its own for the root at `root`. @param scratch a work directory among the images */
export async function makeImage(
  scratch: string,
  root: string,
  bytes: number,
  { action, signal, progress }: Work,
): Promise<Backing> {
  const directory = await begin(scratch, root);
  const mkfs = await findProgram('mkfs.ext4');
  if (mkfs === undefined)
    throw new UserError(action, 'mkfs.ext4 is not installed', { hint: 'apt install e2fsprogs' });
  progress.phase('making a file system');
  const image = join(directory, 'image');
  const file = await open(image, 'wx', 0o600);
  try {
    // It takes as much as is written to it.
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
  await runCommand([mkfs, '-q', '-F', '-m', '0', '-E', 'root_owner=0:0', image], {
    action,
    signal,
    name: 'mkfs.ext4',
  });
  return { kind: 'image', root, directory };
}

/** An overlay over `base` for the root at `root`. */
export async function makeOverlay(scratch: string, root: string, base: string): Promise<Backing> {
  const directory = await begin(scratch, root);
  await symlink(base, join(directory, 'base'));
  for (const name of ['upper', 'work']) await mkdir(join(directory, name));
  await chmod(join(directory, 'upper'), 0o755);
  return { kind: 'overlay', root, directory, base };
}

/** Mounts what was made at `tree`, a directory of the work, for as long as it is filled. */
export async function whileMounted<T>(
  made: Backing,
  tree: string,
  action: string,
  fill: () => Promise<T>,
): Promise<T> {
  await mountAs(made, tree, action, true);
  try {
    await rmdir(join(tree, 'lost+found')).catch(() => {});
    await chmod(tree, 0o755);
    return await fill();
  } finally {
    await unmount(tree);
  }
}

async function begin(scratch: string, root: string): Promise<string> {
  const directory = join(scratch, 'backing');
  await mkdir(directory, { mode: 0o700 });
  await symlink(root, join(directory, 'root'));
  return directory;
}

/** Gives what was made its name, and mounts it at its root, now and at each boot. All of it or nothing. */
export async function publish(images: string, made: Backing, action: string): Promise<void> {
  const directory = join(images, backingName(made.root));
  const backing: Backing = { ...made, directory };
  // Nothing is to be seen, or written, where it is not mounted.
  await mkdir(made.root, { mode: 0o000 });
  try {
    await refuseBacked(images, made.root, action);
    // Links without files: of a root that was removed by hand.
    await removeTree(directory);
    await rename(made.directory, directory);
  } catch (error) {
    await rmdir(made.root).catch(() => {});
    throw error;
  }
  try {
    await ensureMounted(images, backing);
  } catch (error) {
    await retract(backing).catch(() => {});
    await rename(directory, made.directory).catch(() => {});
    await rmdir(made.root).catch(() => {});
    throw error;
  }
}

/** Mounts it at its root, by systemd where that runs. Nothing to do where it is mounted. */
export async function ensureMounted(images: string, backing: Backing): Promise<void> {
  if (await systemdRuns()) await enableMount(backing);
  else await mountBacking(images, backing);
}

/** Unmounts a root, and has it mounted no more. @throws UserError where it is in use */
export async function retract(backing: Backing): Promise<void> {
  if (await systemdRuns()) await disableMount(backing);
  while ((await mountAt(backing.root)) !== undefined) {
    try {
      await unmount(backing.root);
    } catch (error) {
      const busy = error instanceof Error && error.message.includes('busy');
      throw new UserError(`unmount root ${backing.root}`, busy ? 'something still uses it' : String(error), {
        hint: `fuser -vm ${backing.root} may tell what`,
        cause: error,
      });
    }
  }
}

/** Whether there can be images on this host: it takes loop devices. */
export async function imagesPossible(): Promise<boolean> {
  const [mkfs, control] = await Promise.all([
    findProgram('mkfs.ext4'),
    open('/dev/loop-control', 'r+').then(
      (file) => file.close().then(() => true),
      () => false,
    ),
  ]);
  return mkfs !== undefined && control;
}
