import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { watch } from 'chokidar';
import type { ExportWanted } from '../../../model/desired.ts';
import type { ExporterSeen } from '../../../model/observed.ts';
import type { Exporter } from '../exporter.ts';
import { Exportfs } from './core.ts';
import { LocalHost, systemPaths, type TablePaths } from './local.ts';
import { nfsdThreads, startNfsd } from './nfsd.ts';

export interface ExportfsOptions {
  readonly runtime: string;
  /** Other places than the machine's. */
  readonly paths?: TablePaths;
  /** Threads of the kernel's server. */
  readonly threads?: () => Promise<number>;
}

/** Milliseconds between looks at the server's threads, which no file tells. */
const lookAgain = 2_000;

/** The kernel's NFS server on this host, through exportfs(8). */
export class ExportfsExporter implements Exporter {
  readonly kind = 'exportfs';
  readonly #paths: TablePaths;
  readonly #exportfs: Exportfs;
  readonly #threads: () => Promise<number>;
  #closers: (() => unknown)[] = [];

  constructor(options: ExportfsOptions) {
    this.#paths = options.paths ?? systemPaths(options.runtime);
    this.#threads = options.threads ?? nfsdThreads;
    this.#exportfs = new Exportfs(new LocalHost(this.#paths, this.#threads));
  }

  async observe(): Promise<ExporterSeen> {
    const { threads, exports } = await this.#exportfs.observe();
    if (threads > 0) return { kind: 'exportfs', running: true, exports };
    return { kind: 'exportfs', running: false, problem: 'the kernel NFS server does not run', exports };
  }

  async start(): Promise<void> {
    if ((await this.#threads()) === 0) await startNfsd();
  }

  add(wanted: ExportWanted): Promise<void> {
    return this.#exportfs.add(wanted);
  }

  remove(guest: string, path: string, client: string): Promise<void> {
    return this.#exportfs.remove(guest, path, client);
  }

  onChange(listener: () => void): () => void {
    const { own, exports, etab } = this.#paths;
    // Directories, since these files are replaced rather than changed; for one that is not there yet, the one above.
    const directories = [...new Set([own, exports, etab].map((file) => existing(dirname(file))))];
    const interesting = new Set([own, exports, etab, dirname(own)]);
    const watcher = watch(directories, {
      depth: 1,
      ignoreInitial: true,
      ignored: (path) =>
        !directories.includes(path) && !interesting.has(path) && !path.startsWith(`${dirname(own)}/`),
    });
    watcher.on('all', () => listener());
    watcher.on('error', () => listener());
    let before: number | undefined;
    const timer = setInterval(async () => {
      const now = await this.#threads();
      if (before !== undefined && before > 0 !== now > 0) listener();
      before = now;
    }, lookAgain);
    const close = () => {
      clearInterval(timer);
      return watcher.close();
    };
    this.#closers.push(close);
    return () => {
      this.#closers = this.#closers.filter((one) => one !== close);
      void close();
    };
  }

  /** The kernel's server is nobody's to stop here. */
  async close(): Promise<void> {
    await this.#exportfs.settled();
    await Promise.all(this.#closers.splice(0).map((close) => close()));
  }
}

function existing(directory: string): string {
  let path = directory;
  while (!existsSync(path)) path = dirname(path);
  return path;
}
