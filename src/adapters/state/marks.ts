import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

/**
 * The few facts about a guest that nobody can be asked for after the daemon was restarted: what an operator
 * wished, that it powered itself off, and that it once said READY=1. Kept in the runtime directory, so a boot of
 * the host forgets them.
 */
export type Mark = 'intent' | 'ready';

/** Small files `NAME/MARK` below `guestsDirectory`. */
export class Marks {
  readonly #directory: string;

  constructor(guestsDirectory: string) {
    this.#directory = guestsDirectory;
  }

  /** The mark's text; undefined where there is none or it cannot be read. */
  async read(guest: string, mark: Mark): Promise<string | undefined> {
    try {
      return (await readFile(`${this.#directory}/${guest}/${mark}`, 'utf8')).trim();
    } catch {
      return undefined;
    }
  }

  async write(guest: string, mark: Mark, text: string): Promise<void> {
    const file = `${this.#directory}/${guest}/${mark}`;
    await mkdir(`${this.#directory}/${guest}`, { recursive: true, mode: 0o755 });
    await writeFile(`${file}.new`, `${text}\n`);
    await rename(`${file}.new`, file);
  }

  async remove(guest: string, mark: Mark): Promise<void> {
    await rm(`${this.#directory}/${guest}/${mark}`, { force: true });
  }
}
