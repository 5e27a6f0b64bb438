import { messageOf, UserError } from '../../../model/error.ts';
import { type Bus, BusLost } from '../../dbus/bus.ts';

export const ganeshaName = 'org.ganesha.nfsd';

/** Milliseconds one call may take; adding an export takes 6. */
const callTimeout = 5_000;
/** How long a busy server is asked again. */
const busyPatience = 10_000;

export interface ServedClient {
  /** `192.168.2.2`, `192.168.2.0/24`, `*`, or a name. */
  readonly client: string;
  readonly options: number;
  readonly anonuid: number;
  readonly anongid: number;
}

export interface Served {
  readonly id: number;
  readonly path: string;
  /** Empty where it has none. */
  readonly tag: string;
  readonly clients: readonly ServedClient[];
}

/** A running NFS-Ganesha, over D-Bus. Methods reject with UserError, or BusLost when it went away. */
export class Nfsd {
  readonly #bus: Bus;
  // It does one change at a time and refuses a second, so ours wait for one another.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The numbers of all exports, without asking for details. */
  async ids(): Promise<readonly number[]> {
    const [, entries] = await this.#call('ShowExports');
    if (!Array.isArray(entries)) throw unreadable('ShowExports');
    return entries.map((entry: unknown) => Number(Array.isArray(entry) ? entry[0] : Number.NaN));
  }

  /** All exports; one that is removed meanwhile is left out. */
  async exports(): Promise<readonly Served[]> {
    return this.details(await this.ids());
  }

  /** Those of the exports that are there. */
  async details(ids: readonly number[]): Promise<readonly Served[]> {
    const all = await Promise.all(ids.map((id) => this.#export(id)));
    return all.filter((entry) => entry !== undefined);
  }

  /** Adds the one export that the file has. */
  async add(action: string, file: string, id: number): Promise<void> {
    await this.#change(action, 'AddExport', 'ss', file, `EXPORT(Export_Id=${id})`);
  }

  /** Puts the clients and options of the file into force for an export that is there, without interrupting it. */
  async update(action: string, file: string, id: number): Promise<void> {
    await this.#change(action, 'UpdateExport', 'ss', file, `EXPORT(Export_Id=${id})`);
  }

  async remove(action: string, id: number): Promise<void> {
    await this.#change(action, 'RemoveExport', 'q', id);
  }

  async #export(id: number): Promise<Served | undefined> {
    let body: readonly unknown[];
    try {
      body = await this.#call('DisplayExport', 'q', id);
    } catch (error) {
      if (error instanceof BusLost) throw error;
      return undefined;
    }
    const [number, path, , tag, clients] = body;
    if (typeof path !== 'string' || typeof tag !== 'string' || !Array.isArray(clients)) {
      throw unreadable('DisplayExport');
    }
    return { id: Number(number), path, tag, clients: clients.map(parseClient) };
  }

  async #change(action: string, member: string, signature: string, ...body: unknown[]): Promise<void> {
    const turn = this.#turn.then(() => this.#patiently(action, member, signature, body));
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  async #patiently(action: string, member: string, signature: string, body: unknown[]): Promise<void> {
    const deadline = performance.now() + busyPatience;
    for (;;) {
      try {
        await this.#call(member, signature, ...body);
        return;
      } catch (error) {
        if (error instanceof BusLost) {
          throw new UserError(action, 'NFS-Ganesha went away meanwhile', { cause: error });
        }
        const busy = /try again later/.test(messageOf(error));
        if (!busy || performance.now() > deadline) {
          throw new UserError(action, `NFS-Ganesha says: ${oneLine(messageOf(error))}`, { cause: error });
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #call(member: string, signature = '', ...body: unknown[]): Promise<readonly unknown[]> {
    return this.#bus.call({
      destination: ganeshaName,
      path: '/org/ganesha/nfsd/ExportMgr',
      interface: 'org.ganesha.nfsd.exportmgr',
      member,
      signature,
      body,
      timeout: callTimeout,
    });
  }
}

/** From `(siyyiuuuuu)`: name, four of its network, anonymous uid and gid, expiry, options, and which were given. */
function parseClient(entry: unknown): ServedClient {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') throw unreadable('DisplayExport');
  const [client, , , , , anonuid, anongid, , options] = entry;
  return { client, options: Number(options), anonuid: Number(anonuid), anongid: Number(anongid) };
}

function unreadable(member: string): UserError {
  return new UserError(
    'read the exports of NFS-Ganesha',
    `its answer to ${member} has another form than expected`,
  );
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
