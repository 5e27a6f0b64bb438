import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ExportEntry, formatOwn, type OwnEntry, parseEtab, parseExports, parseOwn } from './text.ts';

export interface TablePaths {
  /** The table of umlnfs; exportfs reads it because its name ends in .exports. */
  readonly own: string;
  /** A copy that nobody else touches, to know our own exports by when the table was removed. */
  readonly copy: string;
  readonly etab: string;
  /** The machine's own table. */
  readonly exports: string;
}

export function systemPaths(runtime: string): TablePaths {
  return {
    own: '/etc/exports.d/umlnfs.exports',
    copy: join(runtime, 'exports'),
    etab: '/var/lib/nfs/etab',
    exports: '/etc/exports',
  };
}

/** An export of umlnfs, as our tables have it. */
export interface OwnSeen extends OwnEntry {
  /** False where only the copy has it. */
  readonly inTable: boolean;
}

/** The export tables as they are on disk now. */
export class Tables {
  readonly #paths: TablePaths;

  constructor(paths: TablePaths) {
    this.#paths = paths;
  }

  /** What is exported now. */
  async etab(): Promise<ExportEntry[]> {
    return parseEtab(await read(this.#paths.etab));
  }

  async own(): Promise<OwnSeen[]> {
    const [table, copy] = await Promise.all([read(this.#paths.own), read(this.#paths.copy)]);
    const entries = new Map<string, OwnSeen>();
    for (const entry of parseOwn(copy)) entries.set(keyOf(entry), { ...entry, inTable: false });
    for (const entry of parseOwn(table)) entries.set(keyOf(entry), { ...entry, inTable: true });
    return [...entries.values()];
  }

  /** What the tables of others say, with the file. */
  async others(): Promise<{ readonly file: string; readonly entry: ExportEntry }[]> {
    const directory = dirname(this.#paths.own);
    const names = await readdir(directory).catch(() => []);
    // As exportfs: no dot in front, and this ending.
    const tables = names
      .filter((name) => /^[^.].*\.exports$/.test(name))
      .map((name) => join(directory, name))
      .filter((file) => file !== this.#paths.own);
    const files = [this.#paths.exports, ...tables];
    const texts = await Promise.all(files.map(read));
    return texts.flatMap((text, index) => {
      return parseExports(text).map((entry) => ({ file: files[index] ?? '', entry }));
    });
  }

  /** Each file at once or not at all; without entries there is no table. */
  async write(entries: readonly OwnEntry[]): Promise<void> {
    const sorted = [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const file of [this.#paths.copy, this.#paths.own]) {
      if (sorted.length === 0) {
        await rm(file, { force: true });
        continue;
      }
      await mkdir(dirname(file), { recursive: true, mode: 0o755 });
      // exportfs reads no file with a dot in front.
      const fresh = join(dirname(file), `.umlnfs.${process.pid}.new`);
      await writeFile(fresh, formatOwn(sorted), { mode: 0o644 });
      await rename(fresh, file);
    }
  }
}

export function keyOf(entry: { readonly client: string; readonly path: string }): string {
  return `${entry.client}:${entry.path}`;
}

/** The path as exportfs keeps it: links resolved. One that is gone is compared as it is written. */
export async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
