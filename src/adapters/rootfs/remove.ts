import { lstat, realpath, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../../model/error.ts';
import type { Backing } from '../../model/rootfs/backing.ts';
import { retract } from './backing/make.ts';
import { isMounted } from './backing/mount.ts';
import { detach, mountAt, mountsBelow } from './mounts.ts';
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
    else await clearBacking(backing, exported);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(action, messageOf(error), { hint: 'run it as root', cause: error });
  }
}

async function refuseMounts(action: string, path: string, backing: Backing | undefined): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const own = backing === undefined ? await mountAt(real) : undefined;
  const point = (await mountsBelow(real))[0] ?? own?.point;
  if (point !== undefined)
    throw new UserError(action, `something is mounted at ${point}`, { hint: `umount ${point}` });
}

async function clearBacking(backing: Backing, exported: boolean): Promise<void> {
  if (exported && (await isMounted(backing))) await detach(backing.root);
  await retract(backing);
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
