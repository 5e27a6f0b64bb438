import type { Host } from '../../../definition/guest.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import type { ServerSeen, ServerWanted } from '../../../model/server.ts';
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

/** The machines other than this one on which exports are made. */
export class RemoteServers {
  readonly #options: RemoteServersOptions;
  readonly #servers = new Map<string, Connected>();

  constructor(options: RemoteServersOptions) {
    this.#options = options;
  }

  /**
   * What is known of them; one that nobody wants any more is left when nothing of ours is there.
   * @param readyAt when a guest became ready, if it is: a guest is asked only then, and is another one after each boot
   */
  follow(
    wanted: ReadonlyMap<string, ServerWanted>,
    readyAt: (guest: string) => number | undefined,
  ): ReadonlyMap<string, ServerSeen> {
    for (const [id, each] of wanted) {
      const boot = each.guest === undefined ? 0 : readyAt(each.guest);
      const known = this.#servers.get(id);
      if (known !== undefined && (known.boot !== boot || known.destination !== each.destination))
        this.#drop(id);
      if (boot !== undefined && !this.#servers.has(id)) this.#servers.set(id, this.#connect(each, boot));
    }
    const seen = new Map<string, ServerSeen>();
    for (const [id, { server, guest, boot }] of this.#servers) {
      const now = server.seen();
      const done = now.busy.size === 0 && !now.exports.some((each) => each.guest !== undefined);
      const gone = guest !== undefined && readyAt(guest) !== boot;
      if (!wanted.has(id) && (done || gone)) this.#drop(id);
      else seen.set(id, now);
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
