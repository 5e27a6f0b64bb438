import type { ExportWanted } from '../../../model/desired.ts';
import type { ExporterSeen } from '../../../model/observed.ts';
import { watchByName } from '../../by-name.ts';
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
  #closers: (() => void)[] = [];

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
    const watched = [
      // What others export is in the files beside it.
      watchByName(own, listener, { neighbours: true }),
      ...[exports, etab].map((file) => watchByName(file, listener)),
    ];
    let before: number | undefined;
    const timer = setInterval(async () => {
      const now = await this.#threads();
      if (before !== undefined && before > 0 !== now > 0) listener();
      before = now;
    }, lookAgain);
    const close = () => {
      clearInterval(timer);
      for (const end of watched) end();
    };
    this.#closers.push(close);
    return () => {
      this.#closers = this.#closers.filter((one) => one !== close);
      close();
    };
  }

  /** The kernel's server is nobody's to stop here. */
  async close(): Promise<void> {
    await this.#exportfs.settled();
    for (const close of this.#closers.splice(0)) close();
  }
}
