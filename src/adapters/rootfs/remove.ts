import { realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../../model/error.ts';
import { mountAt, mountsBelow } from './mounts.ts';
import type { FoundRoot } from './store.ts';
import { clearLeftovers, withWorkDirectory } from './work-directory.ts';

/**
 * Removes a root that nobody uses: at once from its place, and then its files.
 * @throws UserError where something is mounted in it
 */
export async function removeRoot(root: FoundRoot): Promise<void> {
  const action = `remove root ${root.name}`;
  const real = await realpath(root.path);
  const [at, below] = [await mountAt(real), await mountsBelow(real)];
  const point = below[0] ?? at?.point;
  if (point !== undefined) {
    throw new UserError(action, `something is mounted at ${point}`, { hint: `umount ${point}` });
  }
  try {
    const parent = dirname(real);
    await clearLeftovers(parent);
    await withWorkDirectory(parent, (scratch) => rename(real, join(scratch, 'root')));
  } catch (error) {
    throw new UserError(action, messageOf(error), { hint: 'run it as root', cause: error });
  }
}
