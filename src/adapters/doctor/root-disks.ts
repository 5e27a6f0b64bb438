import { stat } from 'node:fs/promises';
import type { RootDisk } from '../../model/doctor/shared-disk.ts';

/** Those roots that are there, with what they lie on. */
export async function readRootDisks(
  roots: readonly { readonly guest: string; readonly path: string }[],
): Promise<RootDisk[]> {
  const found = await Promise.all(
    roots.map(async ({ guest, path }) => {
      const there = await stat(path).catch(() => undefined);
      return there?.isDirectory() ? [{ guest, path, device: there.dev }] : [];
    }),
  );
  return found.flat();
}
