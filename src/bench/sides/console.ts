import { type FSWatcher, readFileSync, rmSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Waiting {
  readonly mark: string;
  readonly resolve: (at: number) => void;
}

/** A guest's console log, watched as it grows: the same way whoever started the guest. */
export class ConsoleWatch {
  readonly #path: string;
  readonly #watcher: FSWatcher;
  #waiting: Waiting[] = [];

  private constructor(path: string) {
    this.#path = path;
    this.#watcher = watch(dirname(path), () => this.#look());
  }

  /** Forgets the log of an earlier boot; to be called before the guest is started. */
  static async begin(path: string): Promise<ConsoleWatch> {
    await mkdir(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    return new ConsoleWatch(path);
  }

  /** Resolves with the time (ms, monotonic) at which the mark was seen in the log. */
  says(mark: string): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ mark, resolve });
      this.#look();
    });
  }

  text(): string {
    try {
      return readFileSync(this.#path, 'latin1');
    } catch {
      return '';
    }
  }

  close(): void {
    this.#watcher.close();
  }

  #look(): void {
    if (this.#waiting.length === 0) return;
    const text = this.text();
    const now = performance.now();
    this.#waiting = this.#waiting.filter(({ mark, resolve }) => {
      if (!text.includes(mark)) return true;
      resolve(now);
      return false;
    });
  }
}
