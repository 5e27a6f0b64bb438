import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ExportWanted } from '../../../model/desired.ts';
import { UserError } from '../../../model/error.ts';
import { findProgram } from '../../program.ts';
import { checkDirectory } from '../directory.ts';
import type { ExportHost, Look } from './host.ts';

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

/** The machine that the daemon runs on. */
export class LocalHost implements ExportHost {
  readonly where = '';
  readonly #paths: TablePaths;
  readonly #threads: () => Promise<number>;

  constructor(paths: TablePaths, threads: () => Promise<number>) {
    this.#paths = paths;
    this.#threads = threads;
  }

  async look(paths: readonly string[]): Promise<Look> {
    const [threads, etab, own, copy, others, resolved] = await Promise.all([
      this.#threads(),
      read(this.#paths.etab),
      read(this.#paths.own),
      read(this.#paths.copy),
      this.#others(),
      Promise.all(paths.map(async (path) => [path, await realpath(path).catch(() => path)] as const)),
    ]);
    return { threads, etab, own, copy, others, resolved: new Map(resolved) };
  }

  async write(table: string | undefined): Promise<void> {
    for (const file of [this.#paths.copy, this.#paths.own]) {
      if (table === undefined) {
        await rm(file, { force: true });
        continue;
      }
      await mkdir(dirname(file), { recursive: true, mode: 0o755 });
      // exportfs reads no file with a dot in front.
      const fresh = join(dirname(file), `.umlnfs.${process.pid}.new`);
      await writeFile(fresh, table, { mode: 0o644 });
      await rename(fresh, file);
    }
  }

  async exportfs(action: string, args: readonly string[]): Promise<string> {
    const program = await findProgram('exportfs');
    if (program === undefined) {
      throw new UserError(action, 'there is no exportfs', {
        hint: 'install it with: apt-get install nfs-kernel-server',
      });
    }
    const result = await execa(program, args, { reject: false, stdin: 'ignore', env: { LC_ALL: 'C' } });
    return result.stderr.trim().replace(/\n+/g, '; ');
  }

  check(action: string, wanted: ExportWanted): Promise<void> {
    return checkDirectory(action, wanted);
  }

  async #others(): Promise<Look['others']> {
    const directory = dirname(this.#paths.own);
    const names = await readdir(directory).catch(() => []);
    // As exportfs: no dot in front, and this ending.
    const tables = names
      .filter((name) => /^[^.].*\.exports$/.test(name))
      .map((name) => join(directory, name))
      .filter((file) => file !== this.#paths.own);
    return Promise.all(
      [this.#paths.exports, ...tables].map(async (file) => ({ file, text: await read(file) })),
    );
  }
}

function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
