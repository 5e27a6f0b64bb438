import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RootPlace } from '../../model/doctor/export-safety.ts';
import { mountOf } from './mount.ts';

/**
 * The directories with roots in them that exist, each once.
 * @param directories that of the host file, and those of guests elsewhere
 */
export async function readRootPlaces(directories: readonly string[]): Promise<RootPlace[]> {
  const [first, ...others] = directories;
  const places = [first, ...others.filter((path) => first === undefined || !isBelow(path, first))];
  const found = await Promise.all(
    [...new Set(places)].map((path) => (path === undefined ? undefined : readPlace(path))),
  );
  return found.filter((place) => place !== undefined);
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above === '/' ? '/' : `${above}/`);
}

async function readPlace(path: string): Promise<RootPlace | undefined> {
  // Roots are where the links lead.
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  return { path, reachable: await isReachable(real), options: (await mountOf(real))?.options ?? [] };
}

/** Whether others, or a group, may search every directory on the way. */
async function isReachable(path: string): Promise<boolean> {
  for (let directory = path; ; directory = dirname(directory)) {
    const { mode, gid, uid } = await stat(directory);
    const open =
      (mode & 0o001) !== 0 || ((mode & 0o010) !== 0 && gid !== 0) || ((mode & 0o100) !== 0 && uid !== 0);
    if (!open) return false;
    if (directory === '/') return true;
  }
}
