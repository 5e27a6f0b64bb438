import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { watch } from 'chokidar';
import { execa } from 'execa';
import { isGuestName } from '../../../definition/guest-name.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import { UserError } from '../../../model/error.ts';
import type { ExporterSeen, ExportSeen } from '../../../model/observed.ts';
import { checkDirectory } from '../directory.ts';
import type { Exporter } from '../exporter.ts';
import { findProgram } from '../program.ts';
import { nfsdThreads, startNfsd } from './nfsd.ts';
import { normalOptions, sameOptions } from './options.ts';
import { keyOf, type OwnSeen, resolved, systemPaths, type TablePaths, Tables } from './tables.ts';
import type { ExportEntry } from './text.ts';

export interface ExportfsOptions {
  readonly runtime: string;
  /** Other places than the machine's. */
  readonly paths?: TablePaths;
  /** Threads of the kernel's server. */
  readonly threads?: () => Promise<number>;
}

/** Milliseconds between looks at the server's threads, which no file tells. */
const lookAgain = 2_000;

/**
 * The kernel's NFS server, through exportfs(8). Exports are in a table of our own, so that `exportfs -r` of somebody
 * else keeps them, and are added and removed one by one, so that nothing of others is touched.
 */
export class ExportfsExporter implements Exporter {
  readonly kind = 'exportfs';
  readonly #paths: TablePaths;
  readonly #tables: Tables;
  readonly #threads: () => Promise<number>;
  #closers: (() => unknown)[] = [];
  // exportfs takes a lock of its own; the table is read, changed and written by one at a time.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ExportfsOptions) {
    this.#paths = options.paths ?? systemPaths(options.runtime);
    this.#tables = new Tables(this.#paths);
    this.#threads = options.threads ?? nfsdThreads;
  }

  async observe(): Promise<ExporterSeen> {
    const [etab, own, threads] = await Promise.all([
      this.#tables.etab(),
      this.#tables.own(),
      this.#threads(),
    ]);
    const inForce = new Map(etab.map((entry) => [keyOf(entry), entry]));
    const exports: ExportSeen[] = [];
    for (const entry of own) {
      const key = keyOf({ client: entry.client, path: await resolved(entry.path) });
      exports.push(ownSeen(entry, inForce.get(key)));
      inForce.delete(key);
    }
    for (const { path, client, options } of inForce.values()) {
      exports.push({ path, client, options, guest: undefined, whole: true });
    }
    if (threads > 0) return { kind: 'exportfs', running: true, exports };
    return { kind: 'exportfs', running: false, problem: 'the kernel NFS server does not run', exports };
  }

  async start(): Promise<void> {
    if ((await this.#threads()) === 0) await startNfsd();
  }

  add(wanted: ExportWanted): Promise<void> {
    const { guest, client, options } = wanted;
    const action = `export ${wanted.path} to ${client} for ${guest}`;
    return this.#inTurn(async () => {
      checkWords(action, wanted);
      await checkDirectory(action, wanted);
      const path = await resolved(wanted.path);
      const own = await this.#tables.own();
      await this.#refuseConflict(action, wanted, path, own);
      const others = own.filter((entry) => keyOf(entry) !== keyOf(wanted));
      await this.#tables.write([...others, { guest, path: wanted.path, client, options }]);
      if (await this.#inForce(path, client, options)) return;
      const said = await this.#exportfs(action, ['-o', options.join(','), `${client}:${path}`]);
      if (await this.#inForce(path, client, options)) return;
      // It may be in force all the same, half right.
      await this.#tables.write(others);
      await this.#exportfs(action, ['-u', `${client}:${path}`]);
      throw new UserError(
        action,
        said === '' ? 'exportfs does not show it afterwards' : `exportfs says: ${said}`,
      );
    });
  }

  remove(guest: string, path: string, client: string): Promise<void> {
    const action = `stop exporting ${path} to ${client}`;
    return this.#inTurn(async () => {
      const own = await this.#tables.own();
      const mine = own.find((entry) => entry.guest === guest && keyOf(entry) === keyOf({ client, path }));
      if (mine === undefined) return;
      const target = await resolved(path);
      const key = keyOf({ client, path: target });
      await this.#tables.write(own.filter((entry) => entry !== mine));
      // Somebody else may have it in a table by now: then it is theirs.
      if ((await this.#foreign(client, target)) !== undefined) return;
      if (!(await this.#tables.etab()).some((entry) => keyOf(entry) === key)) return;
      const said = await this.#exportfs(action, ['-u', key]);
      if ((await this.#tables.etab()).some((entry) => keyOf(entry) === key)) {
        throw new UserError(action, `exportfs says: ${said}`);
      }
    });
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
    await this.#turn;
    await Promise.all(this.#closers.splice(0).map((close) => close()));
  }

  async #inForce(path: string, client: string, options: readonly string[]): Promise<boolean> {
    const key = keyOf({ client, path });
    const entry = (await this.#tables.etab()).find((one) => keyOf(one) === key);
    return entry !== undefined && sameOptions(entry.options, options);
  }

  async #refuseConflict(
    action: string,
    wanted: ExportWanted,
    path: string,
    own: readonly OwnSeen[],
  ): Promise<void> {
    const mine = own.find((entry) => keyOf(entry) === keyOf(wanted));
    if (mine !== undefined && mine.guest !== wanted.guest) {
      throw new UserError(action, `it is exported there for ${mine.guest}`, {
        hint: 'give one of them another Directory= or Address=',
      });
    }
    const file = await this.#foreign(wanted.client, path);
    const inForce = async () =>
      (await this.#tables.etab()).some((entry) => keyOf(entry) === keyOf({ ...wanted, path }));
    if (file === undefined && (mine !== undefined || !(await inForce()))) return;
    throw new UserError(
      action,
      `somebody else exports it already${file === undefined ? '' : `, in ${file}`}`,
      {
        hint: `remove that export${file === undefined ? ` with: exportfs -u ${wanted.client}:${path}` : ''}, or give the guest another Directory=`,
      },
    );
  }

  /** The table of somebody else that has the very same export. */
  async #foreign(client: string, path: string): Promise<string | undefined> {
    for (const { file, entry } of await this.#tables.others()) {
      if (entry.client === client && (await resolved(entry.path)) === path) return file;
    }
    return undefined;
  }

  /** What exportfs says; its exit status tells nothing, since it also fails for what others exported. */
  async #exportfs(action: string, args: readonly string[]): Promise<string> {
    const program = await findProgram('exportfs');
    if (program === undefined) {
      throw new UserError(action, 'there is no exportfs', {
        hint: 'install it with: apt-get install nfs-kernel-server',
      });
    }
    const result = await execa(program, args, { reject: false, stdin: 'ignore', env: { LC_ALL: 'C' } });
    return result.stderr.trim().replace(/\n+/g, '; ');
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function ownSeen(entry: OwnSeen, inForce: ExportEntry | undefined): ExportSeen {
  const { guest, path, client, inTable } = entry;
  if (inForce === undefined) return { guest, path, client, options: entry.options, whole: false };
  const same = sameOptions(inForce.options, entry.options);
  const options = same ? entry.options : normalOptions(inForce.options);
  return { guest, path, client, options, whole: same && inTable };
}

/** Definitions cannot hold anything else; what stands in a table is checked again where it is written. */
function checkWords(action: string, wanted: ExportWanted): void {
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(wanted.client)) {
    throw new UserError(action, 'the client is neither an IPv4 address nor a network');
  }
  for (const option of wanted.options) {
    if (!/^[a-z_]+(=[A-Za-z0-9/._+@:~-]+)?$/.test(option)) {
      throw new UserError(action, `${JSON.stringify(option)} is no export option`);
    }
  }
  if (!/^\/\P{Cc}*$/u.test(wanted.path) || !isGuestName(wanted.guest)) {
    throw new UserError(action, 'its path or name has characters that no export table can hold');
  }
}

function existing(directory: string): string {
  let path = directory;
  while (!existsSync(path)) path = dirname(path);
  return path;
}
