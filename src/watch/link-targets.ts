import { readdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { watchAncestors } from '../adapters/ancestors.ts';

/** As many links in a row as the kernel follows. path_resolution(7). */
const longestChain = 40;

/**
 * Watches what links among the definitions lead to, by name: chokidar follows a link to a file, and loses it where that
 * file is deleted and made again, or is not there yet.
 */
export class LinkTargets {
  readonly #path: string;
  readonly #matters: (path: string) => boolean;
  readonly #onDirty: () => void;
  readonly #watched = new Map<string, () => void>();
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  /**
   * @param path a directory of definitions, or one definition
   * @param matters which paths below it are definitions
   */
  constructor(path: string, matters: (path: string) => boolean, onDirty: () => void) {
    this.#path = path;
    this.#matters = matters;
    this.#onDirty = onDirty;
  }

  /** Looks which links there are now; once more after that where it is called meanwhile. Never rejects. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    this.#watch(new Set());
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      const targets = new Set<string>();
      for (const link of await this.#links()) for (const target of await chainOf(link)) targets.add(target);
      if (!this.#closed) this.#watch(targets);
    }
  }

  async #links(): Promise<string[]> {
    const below = async (directory: string): Promise<string[]> => {
      const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
      const found = entries.filter((entry) => this.#matters(join(directory, entry.name)));
      const deeper = found.filter((entry) => entry.isDirectory() && directory === this.#path);
      return [
        ...found.filter((entry) => entry.isSymbolicLink()).map((entry) => join(directory, entry.name)),
        ...(await Promise.all(deeper.map((entry) => below(join(directory, entry.name))))).flat(),
      ];
    };
    return [this.#path, ...(await below(this.#path))];
  }

  #watch(targets: ReadonlySet<string>): void {
    for (const [target, close] of this.#watched) {
      if (targets.has(target)) continue;
      close();
      this.#watched.delete(target);
    }
    for (const target of targets) {
      if (!this.#watched.has(target))
        this.#watched.set(
          target,
          watchAncestors(target, () => this.#moved(target)),
        );
    }
  }

  /** Something on the way to it may be another one now. */
  #moved(target: string): void {
    this.#watched.get(target)?.();
    this.#watched.delete(target);
    void this.refresh();
    this.#onDirty();
  }
}

/** Where a link leads, step by step, whether that is there or not; nothing for what is no link. */
async function chainOf(link: string): Promise<string[]> {
  const chain: string[] = [];
  for (let path = link; chain.length < longestChain; ) {
    const text = await readlink(path).catch(() => undefined);
    if (text === undefined) break;
    path = resolve(dirname(path), text);
    chain.push(path);
  }
  return chain;
}
