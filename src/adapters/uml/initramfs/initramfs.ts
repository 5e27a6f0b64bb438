import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelCaps } from '../../../model/observed.ts';
import { type Contents, findContents } from './contents.ts';
import { pruneImages, writeImage } from './image.ts';

/** Digests of files that were read already, by path, size and time. */
const digests = new Map<string, string>();
/** Images that this process used or made: never pruned. */
const used = new Set<string>();
const building = new Map<string, Promise<void>>();

/**
 * The initramfs for a kernel as its modules, busybox and the init script are now; `undefined` where it is not
 * built yet, or cannot be (building then says why).
 * @param modules names of those it has besides those for the root
 */
export async function initramfsPath(
  cacheDir: string,
  kernel: string,
  caps: KernelCaps,
  modules: readonly string[],
): Promise<string | undefined> {
  try {
    const path = await imagePath(cacheDir, await findContents(kernel, caps, modules));
    if (!(await stat(path)).isFile()) return undefined;
    used.add(path);
    return path;
  } catch {
    return undefined;
  }
}

/**
 * Builds the initramfs for a kernel, unless it is there, and returns its path. Throws UserError where something
 * is missing for it.
 * @param modules names of those it has besides those for the root
 */
export async function buildInitramfs(
  cacheDir: string,
  kernel: string,
  caps: KernelCaps,
  modules: readonly string[],
): Promise<string> {
  const contents = await findContents(kernel, caps, modules);
  const path = await imagePath(cacheDir, contents);
  used.add(path);
  if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
  // Several guests may need the same one at once.
  const running = building.get(path) ?? writeImage(path, contents).finally(() => building.delete(path));
  building.set(path, running);
  await running;
  await pruneImages(cacheDir, used, Date.now());
  return path;
}

/** The name is a digest of all that goes in: another module, busybox or script is another image. */
async function imagePath(cacheDir: string, contents: Contents): Promise<string> {
  const hash = createHash('sha256');
  const parts = [contents.version, contents.modulesDep, contents.applets.join(' ')];
  for (const path of [contents.busybox, ...contents.modules]) parts.push(await digestOf(path));
  for (const part of parts) hash.update(part).update('\0');
  hash.update(contents.init).update('\0').update(contents.lease);
  return join(cacheDir, `initramfs-${hash.digest('hex').slice(0, 32)}.cpio`);
}

async function digestOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
  const key = [path, dev, ino, size, mtimeMs, ctimeMs].join('\0');
  const known = digests.get(key);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  digests.set(key, digest);
  return digest;
}
