import { mkdir, stat } from 'node:fs/promises';
import { createDebianRoot } from '../adapters/rootfs/debian.ts';
import { clearAll } from '../adapters/rootfs/work-directory.ts';
import { detail, say } from './say.ts';

export interface RootPlaces {
  /** The root's directory … */
  readonly root: string;
  /** … and the one that it is in. */
  readonly exports: string;
}

/** Makes a Debian root, or takes the one of an earlier start. Needs the network only to make it. */
export async function ensureRoot(places: RootPlaces, signal: AbortSignal): Promise<void> {
  await mkdir(places.exports, { recursive: true });
  // What a start that was killed left of a root in the making.
  await clearAll(places.exports);
  if (await exists(places.root)) {
    say(`the Debian root of an earlier start is in ${places.root}`);
    return;
  }
  say(`making a Debian root in ${places.root}: once, the next start takes it as it is`);
  await createDebianRoot(places.root, {
    autologin: true,
    signal,
    onProgress: detail,
  });
  say('the Debian root is made');
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
