import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, connectClient } from '../../adapters/dbus/client.ts';
import { UserError } from '../../model/error.ts';
import type { GuestStatus } from '../../model/status.ts';
import type { DaemonProcess } from '../../sandbox/daemon-process.ts';
import { bridgeAddress, type Places } from '../places.ts';
import { patiently } from './patience.ts';

const stopPatience = 90_000;

/**
 * The host file of the daemon that is measured.
 * @param kernel every guest's
 */
export async function writeHostFile(places: Places, kernel: string): Promise<void> {
  await mkdir(join(places.definitions, 'umlnfs.d'), { recursive: true });
  await writeFile(
    join(places.definitions, 'umlnfs.conf'),
    `[Bridge]
Address=${bridgeAddress}/24

[Server]
Exporter=ganesha

[Directories]
Export=${places.exports}
Runtime=${places.runtime}
Cache=${places.cache}
Log=${places.logs}

[DBus]
Address=private

[Guest]
Kernel=${kernel}
`,
  );
}

/** The daemon, used over D-Bus as the command line tool does. */
export class Umlnfs {
  readonly #client: Client;
  readonly #places: Places;
  readonly #daemon: DaemonProcess;
  readonly #statuses = new Map<string, GuestStatus>();
  #changed: (() => void)[] = [];
  #lost: Error | undefined;

  private constructor(client: Client, places: Places, daemon: DaemonProcess) {
    this.#client = client;
    this.#places = places;
    this.#daemon = daemon;
  }

  static async connect(places: Places, daemon: DaemonProcess, wish: AbortSignal): Promise<Umlnfs> {
    const client = await daemon.reachable(() => connectClient({ address: places.bus }), wish);
    const umlnfs = new Umlnfs(client, places, daemon);
    const guests = await client.watch((event) => {
      if (event.kind === 'lost') umlnfs.#lost = event.error;
      else if (event.kind === 'removed') umlnfs.#statuses.delete(event.name);
      else umlnfs.#statuses.set(event.status.name, event.status);
      for (const wake of umlnfs.#changed.splice(0)) wake();
    });
    for (const status of guests) {
      if (!umlnfs.#statuses.has(status.name)) umlnfs.#statuses.set(status.name, status);
    }
    return umlnfs;
  }

  get daemonPid(): number {
    return this.#daemon.pid;
  }

  status(name: string): GuestStatus | undefined {
    return this.#statuses.get(name);
  }

  /** Makes these the only definitions; resolves when the daemon has done what they ask for. */
  async define(definitions: ReadonlyMap<string, string>): Promise<void> {
    const directory = join(this.#places.definitions, 'umlnfs.d');
    for (const file of await readdir(directory)) {
      if (!definitions.has(file.replace(/\.conf$/, ''))) await rm(join(directory, file));
    }
    for (const [name, text] of definitions) await this.put(name, text);
    const problems = await this.#daemon.whileItRuns(this.#client.reload());
    if (problems.length > 0) throw new UserError('define the guests', problems.join('; '));
  }

  /** Puts one definition in place in one step, as a careful editor does; returns the time (ms) right before that. */
  async put(name: string, text: string): Promise<number> {
    const path = this.#definition(name);
    await writeFile(`${path}.new`, text);
    const began = performance.now();
    await rename(`${path}.new`, path);
    return began;
  }

  async take(name: string): Promise<number> {
    const began = performance.now();
    await rm(this.#definition(name));
    return began;
  }

  /** Asks for all of them at once; returns the time (ms, monotonic) right before. */
  async start(names: readonly string[]): Promise<number> {
    const began = performance.now();
    await Promise.all(names.map((name) => this.#client.act('start', name)));
    return began;
  }

  /** Resolves with the time (ms, monotonic) at which the daemon told that the last of them is ready. */
  async ready(names: readonly string[], patience: number, wish: AbortSignal): Promise<number> {
    const failed = (status: GuestStatus) => status.state === 'failed' || status.state === 'backoff';
    let now = performance.now();
    const all = this.#until(() => {
      now = performance.now();
      const statuses = names.map((name) => this.#statuses.get(name));
      const bad = statuses.find((status) => status !== undefined && failed(status));
      if (bad !== undefined) {
        throw new UserError(`start guest ${bad.name}`, bad.problem || bad.lastEndDetail || bad.detail);
      }
      return statuses.every((status) => status?.state === 'running');
    });
    await patiently(all, `guests to be ready (${this.#told(names)})`, patience, wish);
    return now;
  }

  async stop(names: readonly string[], wish: AbortSignal): Promise<void> {
    await Promise.all(names.map((name) => this.#client.act('stop', name)));
    const all = this.#until(() =>
      names.every((name) => {
        const status = this.#statuses.get(name);
        return status === undefined || (status.pid === 0 && status.state === 'stopped');
      }),
    );
    await patiently(all, 'guests to stop', stopPatience, wish);
  }

  close(): void {
    this.#client.close();
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#lost !== undefined) throw this.#lost;
      await this.#daemon.whileItRuns(new Promise<void>((resolve) => this.#changed.push(resolve)));
    }
  }

  #told(names: readonly string[]): string {
    const problems = names
      .map((name) => this.#statuses.get(name)?.problem ?? '')
      .filter((text) => text !== '');
    return problems[0] ?? names.slice(0, 3).join(', ');
  }

  #definition(name: string): string {
    return join(this.#places.definitions, 'umlnfs.d', `${name}.conf`);
  }
}
