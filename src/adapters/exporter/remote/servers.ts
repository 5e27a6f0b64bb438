import type { Host } from '../../../definition/guest.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import { type ServerSeen, type ServerWanted, serverUnseen } from '../../../model/server.ts';
import { connectionTo } from './connect.ts';
import { digest } from './digest.ts';
import { RemoteHost } from './host.ts';
import { RemoteServer } from './server.ts';

export interface RemoteServersOptions {
  readonly host: Host;
  readonly hostId: string;
  readonly clock: () => number;
  readonly onChange: () => void;
}

interface Connected {
  readonly guest: string | undefined;
  readonly destination: string;
  readonly boot: number;
  readonly server: RemoteServer;
  readonly close: () => Promise<void>;
}

/** For how long (ms) a server that nobody wants any more is asked for what may be left of ours there. */
const patience = 3_600_000;

/** The machines other than this one on which exports are made. */
export class RemoteServers {
  readonly #options: RemoteServersOptions;
  readonly #servers = new Map<string, Connected>();
  /** Those that were wanted, until they were seen without anything of ours; `since` when asking without need began. */
  readonly #owed = new Map<string, { readonly wanted: ServerWanted; since?: number }>();

  constructor(options: RemoteServersOptions) {
    this.#options = options;
  }

  /**
   * What is known of them; one that nobody wants any more is left when nothing of ours is there. A guest that is down
   * then is asked when it is back.
   * @param readyAt when a guest became ready, if it is: a guest is asked only then, and is another one after each boot
   */
  follow(
    wanted: ReadonlyMap<string, ServerWanted>,
    readyAt: (guest: string) => number | undefined,
  ): ReadonlyMap<string, ServerSeen> {
    const now = this.#options.clock();
    for (const [id, each] of wanted) this.#owed.set(id, { wanted: each });
    const seen = new Map<string, ServerSeen>();
    for (const [id, owed] of this.#owed) {
      const boot = owed.wanted.guest === undefined ? 0 : readyAt(owed.wanted.guest);
      const known = this.#servers.get(id);
      if (known !== undefined && (known.boot !== boot || known.destination !== owed.wanted.destination))
        this.#drop(id);
      if (boot === undefined) {
        // What is left of ours in a root that umlnfs tailors goes before its next start.
        if (!wanted.has(id) && owed.wanted.tailored) this.#owed.delete(id);
        continue;
      }
      if (!this.#servers.has(id)) this.#servers.set(id, this.#connect(owed.wanted, boot));
      const there = this.#servers.get(id)?.server.seen() ?? serverUnseen;
      if (!wanted.has(id)) owed.since ??= now;
      if (wanted.has(id) || !isDone(there, now - (owed.since ?? now))) {
        seen.set(id, there);
        continue;
      }
      this.#drop(id);
      this.#owed.delete(id);
    }
    return seen;
  }

  #drop(id: string): void {
    const known = this.#servers.get(id);
    this.#servers.delete(id);
    void known?.close();
  }

  add(id: string, wanted: ExportWanted): void {
    this.#servers.get(id)?.server.add(wanted);
  }

  remove(id: string, guest: string, path: string, client: string): void {
    this.#servers.get(id)?.server.remove(guest, path, client);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(({ close }) => close()));
    this.#servers.clear();
  }

  #connect(wanted: ServerWanted, boot: number): Connected {
    const { host, hostId, clock, onChange } = this.#options;
    const shell = connectionTo(host, wanted);
    const remote = new RemoteHost(shell, { name: wanted.id, table: digest(hostId) });
    const server = new RemoteServer({ host: remote, clock, onChange });
    const close = async () => {
      server.close();
      await shell.close();
    };
    const { guest, destination } = wanted;
    return { server, guest, destination, boot, close };
  }
}

/** Whether a server that nobody wants can be left, after so many milliseconds. */
function isDone({ reached, busy, exports }: ServerSeen, asked: number): boolean {
  if (busy.size > 0) return false;
  return asked > patience || (reached && !exports.some(({ guest }) => guest !== undefined));
}
