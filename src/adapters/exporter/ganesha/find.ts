import { readFile, readlink } from 'node:fs/promises';
import { type Bus, busAddress, connectBus } from '../../dbus/bus.ts';
import { commandOf } from '../../uml/proc.ts';
import { ganeshaName, Nfsd } from './nfsd.ts';

/** A server that answers on a bus. */
export interface Found {
  readonly nfsd: Nfsd;
  readonly pid: number;
}

/**
 * Looks for NFS-Ganesha on one message bus, and tells when one may have come or gone. Connects as needed; a bus that
 * is not there is no error.
 */
export class Finder {
  readonly #where: string;
  readonly #changed: () => void;
  #connection: Promise<{ bus: Bus; nfsd: Nfsd } | undefined> | undefined;

  constructor(where: string, changed: () => void) {
    this.#where = where;
    this.#changed = changed;
  }

  /** The server, if one owns the name and shares our network; whether it answers is not asked. */
  async find(): Promise<Found | undefined> {
    const connection = await this.#connect();
    if (connection === undefined) return undefined;
    try {
      const [pid] = await askBus(connection.bus, 'GetConnectionUnixProcessID', ganeshaName);
      if (typeof pid !== 'number' || !(await sharesNetwork(pid))) return undefined;
      return { nfsd: connection.nfsd, pid };
    } catch {
      // Nobody owns the name, or the bus went away.
      return undefined;
    }
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    void connection?.then((open) => open?.bus.close());
  }

  #connect(): Promise<{ bus: Bus; nfsd: Nfsd } | undefined> {
    this.#connection ??= this.#open().then((open) => {
      // Tried again with the next question.
      if (open === undefined) this.#connection = undefined;
      return open;
    });
    return this.#connection;
  }

  async #open(): Promise<{ bus: Bus; nfsd: Nfsd } | undefined> {
    let bus: Bus;
    try {
      bus = await connectBus(busAddress(this.#where), 2_000);
      await askBus(
        bus,
        'AddMatch',
        `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${ganeshaName}'`,
      );
    } catch {
      return undefined;
    }
    bus.onSignal((message) => {
      if (message.member === 'NameOwnerChanged' && message.body[0] === ganeshaName) this.#changed();
    });
    bus.onLost(() => {
      this.#connection = undefined;
      this.#changed();
    });
    return { bus, nfsd: new Nfsd(bus) };
  }
}

function askBus(bus: Bus, member: string, argument: string): Promise<readonly unknown[]> {
  return bus.call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member,
    signature: 's',
    body: [argument],
    timeout: 2_000,
  });
}

/** A bus can be reached from network namespaces that the server on it does not serve. */
async function sharesNetwork(pid: number): Promise<boolean> {
  const [its, ours] = await Promise.all([namespaceOf(pid), namespaceOf('self')]);
  return its !== undefined && its === ours;
}

function namespaceOf(pid: number | 'self'): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
}

/** The configuration file of a server that somebody else started. */
export async function configFileOf(pid: number): Promise<string> {
  const argv = (await commandOf(pid))?.argv ?? [];
  const at = argv.indexOf('-f');
  return (at < 0 ? undefined : argv[at + 1]) ?? '/etc/ganesha/ganesha.conf';
}

/**
 * Whether a server answers with numeric owners: undefined where its configuration does not tell (it cannot be read,
 * or reads further files).
 */
export async function numericOwners(file: string): Promise<boolean | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const said = text.replace(/#.*$/gm, '');
  const value = /\bOnly_Numeric_Owners\s*=\s*(\w+)/i.exec(said)?.[1];
  if (value !== undefined) return /^(true|yes|on)$/i.test(value);
  return /^\s*%(include|dir|url)/m.test(said) ? undefined : false;
}
