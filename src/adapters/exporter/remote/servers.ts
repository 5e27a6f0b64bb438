import type { Host } from '../../../definition/guest.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import type { ServerSeen, ServerWanted } from '../../../model/server.ts';
import { connectionTo, digest } from './connect.ts';
import { RemoteHost } from './host.ts';
import { RemoteServer } from './server.ts';

export interface RemoteServersOptions {
  readonly host: Host;
  readonly hostId: string;
  readonly clock: () => number;
  readonly onChange: () => void;
}

interface Connected {
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

  /** What is known of them; one that nobody wants any more is left when nothing of ours is there. */
  follow(wanted: ReadonlyMap<string, ServerWanted>): ReadonlyMap<string, ServerSeen> {
    for (const [id, each] of wanted) {
      if (!this.#servers.has(id)) this.#servers.set(id, this.#connect(each));
    }
    const seen = new Map<string, ServerSeen>();
    for (const [id, { server, close }] of this.#servers) {
      const now = server.seen();
      const done = now.busy.size === 0 && !now.exports.some(({ guest }) => guest !== undefined);
      if (!wanted.has(id) && done) {
        this.#servers.delete(id);
        void close();
      } else seen.set(id, now);
    }
    return seen;
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

  #connect(wanted: ServerWanted): Connected {
    const { host, hostId, clock, onChange } = this.#options;
    const shell = connectionTo(host, wanted);
    const remote = new RemoteHost(shell, { name: wanted.id, table: digest(hostId) });
    const server = new RemoteServer({ host: remote, clock, onChange });
    const close = async () => {
      server.close();
      await shell.close();
    };
    return { server, close };
  }
}
