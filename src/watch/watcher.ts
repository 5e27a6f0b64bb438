import { Coalescer } from './coalesce.ts';
import { SETTLE_TIME } from './read-source.ts';
import { WatchedPath } from './watched-path.ts';

const TIMES = { quiet: SETTLE_TIME, latest: 500 };

export interface WatchPaths {
  /** Definition directories; they need not exist, and may come and go. */
  readonly directories: readonly string[];
  readonly hostFile: string;
}

/**
 * Calls `onDirty` when a definition may have changed: after 100 ms without a further change, and at the latest 500 ms
 * after the first one. Load everything then; what was still being written comes with the next call.
 *
 * @param onError is told in words when changes may go unnoticed
 * @returns resolves when every later change will be noticed; load once after that
 */
export async function watchDefinitions(
  paths: WatchPaths,
  onDirty: () => void,
  onError: (message: string) => void = () => {},
): Promise<{ close(): Promise<void> }> {
  const coalescer = new Coalescer(onDirty, TIMES);
  const watched = [...paths.directories, paths.hostFile].map(
    (path) => new WatchedPath(path, () => coalescer.event(), onError),
  );
  await Promise.all(watched.map((path) => path.open()));
  return {
    async close() {
      coalescer.close();
      await Promise.all(watched.map((path) => path.close()));
    },
  };
}
