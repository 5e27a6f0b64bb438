/** Mounts what roots have beneath them, by mount(8). */
import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../model/error.ts';
import { type Backing, mountOf } from '../../../model/rootfs/backing.ts';
import { allMounts, type Mounted, mountAt } from '../mounts.ts';
import { backingOf } from './store.ts';

/** Whether the root's directory is the mount point of this, and not of anything else. */
export async function isMounted(backing: Backing): Promise<boolean> {
  const mount = await mountAt(backing.root);
  return mount !== undefined && (await isMountOf(backing, mount)) !== false;
}

/** Where it is mounted, whoever did that. */
export async function pointsOf(backing: Backing): Promise<string[]> {
  const points: string[] = [];
  for (const mount of await allMounts())
    if ((await isMountOf(backing, mount)) === true) points.push(mount.point);
  return points;
}

/** Undefined where that cannot be told. */
async function isMountOf(backing: Backing, mount: Mounted): Promise<boolean | undefined> {
  const { type, what } = mountOf(backing);
  if (mount.type !== type) return false;
  if (backing.kind === 'overlay') {
    const directory = await realpath(backing.directory).catch(() => backing.directory);
    return [directory, backing.directory].some((one) => mount.options.includes(`upperdir=${one}/upper`));
  }
  const file = await readFile(`/sys/block/${basename(mount.source)}/loop/backing_file`, 'utf8').catch(
    () => '',
  );
  if (file.trim() === '') return undefined;
  return file.trim() === (await realpath(what).catch(() => what));
}

/**
 * Mounts it, and before that what it is over. Nothing to do where it is mounted.
 * @throws UserError
 */
export async function mountBacking(images: string, backing: Backing): Promise<void> {
  if (await isMounted(backing)) return;
  const below = backing.kind === 'overlay' ? await backingOf(images, backing.base) : undefined;
  if (below !== undefined) await mountBacking(images, below);
  await mountAs(backing, backing.root, `mount root ${backing.root}`);
}

/** Mounts it anywhere. @param trusted as for mountOf @throws UserError */
export async function mountAs(
  backing: Backing,
  point: string,
  action: string,
  trusted = false,
): Promise<void> {
  const { what, type, options } = mountOf(backing, trusted);
  const { failed, stderr } = await execa('mount', ['-t', type, '-o', options.join(','), '--', what, point], {
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
    env: { LC_ALL: 'C' },
  });
  if (failed) {
    throw new UserError(action, stderr.trim().split('\n').join(' ') || 'mount fails', {
      hint: `look at it: mount -t ${type} -o ${options.join(',')} ${what} ${point}`,
    });
  }
}
