import type { ExportWanted } from '../../../model/desired.ts';
import { messageOf, UserError } from '../../../model/error.ts';
import type { ExporterSeen } from '../../../model/observed.ts';
import { busAddress } from '../../dbus/bus.ts';
import { privateBusAddress } from '../../dbus/private-address.ts';
import { ensurePrivateBus } from '../../dbus/private-bus.ts';
import type { Service } from '../../systemd/service.ts';
import { checkDirectory, isDirectory } from '../directory.ts';
import type { Exporter } from '../exporter.ts';
import { effectOf } from './effect.ts';
import { Exports } from './exports.ts';
import { configFileOf, Finder, type Found, numericOwners } from './find.ts';
import { Records } from './records.ts';
import { seenExports } from './seen.ts';
import { GaneshaServer } from './server.ts';

export interface GaneshaOptions {
  /** The runtime directory: the private bus, and `ganesha/` with all that is the server's. */
  readonly runtime: string;
  /** The host's addresses on the guests' bridges: what a server of our own listens on. */
  readonly addresses: () => readonly string[];
  readonly port?: number;
  /** Where a server of somebody else may be: `system`, a D-Bus address, or false to look nowhere. */
  readonly sharedBus?: string | false;
  /** Where systemd runs our own: it is on the system bus then, and so is anybody else's. */
  readonly unit?: Service | undefined;
}

const everywhere = '0.0.0.0';

/** Milliseconds between looks at what no signal tells: exports removed by hand, a server that hangs. */
const lookAgain = 1_000;

/**
 * NFS-Ganesha: the one of the system where one runs in this network, else one of our own on a private bus.
 */
export class GaneshaExporter implements Exporter {
  readonly kind = 'ganesha';
  /** Makes the bus of our own server answer; gives its address. */
  readonly #bus: () => Promise<string>;
  readonly #server: GaneshaServer;
  readonly #addresses: () => readonly string[];
  readonly #records: Records;
  readonly #own: Finder;
  readonly #shared: Finder | undefined;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** The exports' numbers when they were looked at last, for {@link lookAgain}. */
  #known: string | undefined;
  // Numbers are chosen and files written by one at a time.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GaneshaOptions) {
    const { runtime, addresses, port = 2049, sharedBus = 'system', unit } = options;
    const directory = `${runtime}/ganesha`;
    const changed = () => this.#announce();
    this.#bus = async () => (unit === undefined ? ensurePrivateBus(runtime) : busAddress('system'));
    this.#addresses = addresses;
    this.#server = new GaneshaServer({ directory, port, unit });
    this.#server.onExit(changed);
    this.#records = new Records(`${directory}/exports`);
    this.#own = new Finder(unit === undefined ? privateBusAddress(runtime) : 'system', changed);
    this.#shared = sharedBus === false || unit !== undefined ? undefined : new Finder(sharedBus, changed);
  }

  async observe(): Promise<ExporterSeen> {
    const found = await this.#find();
    try {
      const served = await found?.nfsd.exports();
      this.#known = served?.map(({ id }) => id).join();
      const deaf = await this.#deafness();
      if (deaf !== undefined) return { kind: 'ganesha', running: false, problem: deaf, exports: [] };
      if (served !== undefined) {
        return { kind: 'ganesha', running: true, exports: seenExports(served, await this.#records.all()) };
      }
    } catch (error) {
      this.#known = undefined;
      const problem = `NFS-Ganesha does not answer: ${messageOf(error)}`;
      return { kind: 'ganesha', running: false, problem, exports: [] };
    }
    return { kind: 'ganesha', running: false, problem: 'NFS-Ganesha does not run', exports: [] };
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.#answers(await this.#find())) && (await this.#deafness()) === undefined) return;
      const bus = await this.#bus();
      const answers = async () => this.#answers(await this.#own.find());
      // Guests that still run are there at once with file handles of their exports, and an export that is not yet
      // back would be an error to them, not a wait.
      const records = await this.#records.all();
      const there = await Promise.all(records.map(({ path }) => isDirectory(path)));
      const files = records.filter((_, index) => there[index]).map(({ id }) => this.#records.file(id));
      try {
        await this.#server.start(this.#listensOn(), bus, files, answers);
      } catch (error) {
        if (files.length === 0) throw error;
        // One bad export ends the whole server: the others are added one by one.
        await this.#server.start(this.#listensOn(), bus, [], answers);
      }
    });
  }

  add(wanted: ExportWanted): Promise<void> {
    const action = `export ${wanted.path} to ${wanted.client} for ${wanted.guest}`;
    return this.#inTurn(async () => {
      effectOf(action, wanted.options);
      await checkDirectory(action, wanted);
      const found = await this.#find();
      if (found === undefined) throw new UserError(action, 'NFS-Ganesha does not run');
      await this.#checkOwners(action, found);
      await new Exports(found.nfsd, this.#records).add(action, wanted);
    });
  }

  remove(guest: string, path: string, client: string): Promise<void> {
    return this.#inTurn(async () => {
      const found = await this.#find();
      const action = `stop exporting ${path} to ${client}`;
      await new Exports(found?.nfsd, this.#records).remove(action, guest, path, client);
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#look(), lookAgain);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async close({ stopServer }: { stopServer: boolean }): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
    await this.#turn;
    if (stopServer && (await this.#server.pid()) !== undefined) {
      await this.#server.stop();
      await this.#records.clear();
    }
    this.#own.close();
    this.#shared?.close();
  }

  /** Our own where it runs: guests may be on it. */
  async #find(): Promise<Found | undefined> {
    return (await this.#own.find()) ?? (await this.#shared?.find());
  }

  /** It takes one address only: with several bridges it listens on all there are, and answers its clients alone. */
  #listensOn(): string {
    const [first = everywhere, ...more] = this.#addresses();
    return more.length === 0 ? first : everywhere;
  }

  /** Which guests a server of our own does not hear, in words; undefined where it hears all. */
  async #deafness(): Promise<string | undefined> {
    const address = await this.#server.listensOn();
    if (address === undefined || address === everywhere || address === this.#listensOn()) return undefined;
    return `NFS-Ganesha listens on ${address} only, and the bridges have ${this.#addresses().join(' and ')}`;
  }

  async #answers(found: Found | undefined): Promise<boolean> {
    try {
      await found?.nfsd.ids();
      return found !== undefined;
    } catch {
      return false;
    }
  }

  async #checkOwners(action: string, found: Found): Promise<void> {
    if (found.pid === (await this.#server.pid())) return;
    const file = await configFileOf(found.pid);
    if ((await numericOwners(file)) !== false) return;
    throw new UserError(
      action,
      'the NFS-Ganesha that runs here gives owners as names, so that root would own nothing in the guest',
      {
        hint: `write NFSV4 { Only_Numeric_Owners = true; } into ${file} and restart it, or stop it so that umlnfs starts its own: systemctl disable --now nfs-ganesha`,
      },
    );
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#server.boundLog();
      const found = await this.#find();
      const ids = await found?.nfsd.ids().catch(() => undefined);
      if (ids?.join() !== this.#known) this.#announce();
    } finally {
      this.#looking = false;
    }
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
