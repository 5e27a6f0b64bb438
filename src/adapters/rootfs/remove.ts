import { lstat, realpath, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../../model/error.ts';
import type { Backing } from '../../model/rootfs/backing.ts';
import { retract } from './backing/make.ts';
import { isMounted, pointsOf } from './backing/mount.ts';
import { detach, mountAt, mountPointOf, mountsBelow } from './mounts.ts';
import type { FoundRoot } from './store.ts';
import { clearLeftovers, withWorkDirectory } from './work-directory.ts';

/**
 * Removes a root that nobody uses: at once from its place, and then its files.
 * @param exported an NFS server may have it open, which ends when it is seen that the root is gone
 * @throws UserError where something is mounted in it
 */
export async function removeRoot({ name, path, backing }: FoundRoot, exported = false): Promise<void> {
  const action = `remove root ${name}`;
  try {
    await refuseMounts(action, path, backing);
    if (backing === undefined) await clear(path);
    else await clearBacking(action, backing, exported);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(action, messageOf(error), { hint: 'run it as root', cause: error });
  }
}

async function refuseMounts(action: string, path: string, backing: Backing | undefined): Promise<void> {
  const real = await mountPointOf(path);
  const own =
    backing === undefined
      ? (await mountAt(real))?.point
      : (await pointsOf(backing)).find((point) => point !== real);
  const point = (await mountsBelow(real))[0] ?? own;
  if (point !== undefined)
    throw new UserError(action, `something is mounted at ${point}`, { hint: `umount ${point}` });
}

async function clearBacking(action: string, backing: Backing, exported: boolean): Promise<void> {
  if (exported && (await isMounted(backing))) await detach(backing.root);
  await retract(backing);
  // Somebody may have been quicker: what is mounted cannot live without its image.
  const [point] = await pointsOf(backing);
  if (point !== undefined)
    throw new UserError(action, `it is mounted at ${point}`, { hint: `umount ${point}` });
  await clear(backing.directory);
  const left = await lstat(backing.root).catch(() => undefined);
  // Empty, unless somebody has put something there while it was not mounted: that is not ours.
  if (left !== undefined) await rmdir(backing.root);
}

async function clear(path: string): Promise<void> {
  const real = await realpath(path);
  const parent = dirname(real);
  await clearLeftovers(parent);
  await withWorkDirectory(parent, (scratch) => rename(real, join(scratch, 'root')));
}
