import { isGuestName } from '../../../definition/guest-name.ts';
import { backoff } from '../../../model/backoff.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import { explained } from '../../../model/error.ts';
import type { ExportSeen } from '../../../model/observed.ts';
import type { ServerSeen } from '../../../model/server.ts';
import { Exportfs } from '../exportfs/core.ts';
import type { RemoteHost } from './host.ts';

export interface RemoteServerOptions {
  readonly host: RemoteHost;
  readonly clock: () => number;
  /** Something is otherwise than the last {@link RemoteServer.seen} said. */
  readonly onChange: () => void;
}

/** Milliseconds between two looks at a server that answers … */
const lookAgain = 10_000;
/** … and at one that does not: at first, and at most. */
const firstRetry = 1_000;
const longestRetry = 30_000;
/** More exports than that are somebody's joke. */
const most = 10_000;

/** One server, looked at and changed in the background, so that one that hangs holds up nobody. */
export class RemoteServer {
  readonly #options: RemoteServerOptions;
  readonly #exportfs: Exportfs;
  #reached = false;
  #running = false;
  #problem: string | undefined;
  #exports: readonly ExportSeen[] = [];
  readonly #busy = new Map<string, number>();
  readonly #failures = new Map<string, { problem: string; retryAt: number; count: number }>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** A look that begins when that one has ended. */
  #next: Promise<void> | undefined;
  #misses = 0;
  #closed = false;

  constructor(options: RemoteServerOptions) {
    this.#options = options;
    this.#exportfs = new Exportfs(options.host);
    this.look();
  }

  seen(): ServerSeen {
    return {
      reached: this.#reached,
      running: this.#running,
      problem: this.#problem,
      exports: this.#exports,
      busy: new Set(this.#busy.keys()),
      failures: new Map(this.#failures),
    };
  }

  /** Has it looked at now, if nobody does already. */
  look(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#closed) return;
      const delay = this.#misses === 0 ? lookAgain : backoff(firstRetry, longestRetry, this.#misses);
      this.#timer = setTimeout(() => this.look(), delay);
    });
  }

  /** Begins to make the export be as wanted; {@link seen} tells what came of it. */
  add(wanted: ExportWanted): void {
    this.#change(wanted.guest, async () => {
      if (!this.#running) await this.#options.host.start();
      await this.#exportfs.add(wanted);
    });
  }

  remove(guest: string, path: string, client: string): void {
    this.#change(guest, () => this.#exportfs.remove(guest, path, client));
  }

  /** It is another machine now, or the same one anew: what failed before says nothing. */
  forgive(): void {
    this.#failures.clear();
    this.#misses = 0;
    this.look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #change(guest: string, work: () => Promise<void>): void {
    this.#busy.set(guest, (this.#busy.get(guest) ?? 0) + 1);
    void work()
      .then(
        () => this.#failures.delete(guest),
        (error) => {
          const count = (this.#failures.get(guest)?.count ?? 0) + 1;
          const retryAt = this.#options.clock() + backoff(firstRetry, longestRetry, count);
          this.#failures.set(guest, { problem: explained(error), retryAt, count });
        },
      )
      // What is seen has to be as new as what was done.
      .then(() => this.#lookAfresh())
      .finally(() => {
        const left = (this.#busy.get(guest) ?? 1) - 1;
        if (left === 0) this.#busy.delete(guest);
        else this.#busy.set(guest, left);
        this.#options.onChange();
      });
  }

  /** Looks once for all who ask before the look begins: a server takes few sessions at a time. */
  #lookAfresh(): Promise<void> {
    this.#next ??= (this.#looking ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      this.look();
      return this.#looking;
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    const before = JSON.stringify([this.#reached, this.#running, this.#problem, this.#exports]);
    try {
      const { threads, exports } = await this.#exportfs.observe();
      this.#reached = true;
      this.#running = threads > 0;
      this.#problem = undefined;
      this.#exports = exports.slice(0, most).filter(({ guest }) => guest === undefined || isGuestName(guest));
      this.#misses = 0;
    } catch (error) {
      this.#reached = false;
      this.#problem = explained(error);
      this.#misses += 1;
    }
    if (JSON.stringify([this.#reached, this.#running, this.#problem, this.#exports]) !== before) {
      this.#options.onChange();
    }
  }
}
