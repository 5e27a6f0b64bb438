import type { Logger } from 'pino';
import { explained, UserError } from '../model/error.ts';

/** What one pass came to. */
export interface PassResult {
  /** Steps were carried out, so reality has to be read again. */
  readonly acted: boolean;
  /** When (ms, monotonic) something becomes due that no event will announce. */
  readonly until: number | undefined;
}

/** Reality is read this often (ms) even when nothing says that it changed. */
const lookAgain = 30_000;
/** After a pass that threw, which is a defect or a host in trouble. */
const retryAfterError = 1_000;

/**
 * The one loop that converges. Everything else only calls {@link markDirty}; however often, and whatever
 * happens meanwhile, one pass runs at a time and one more follows what came during it.
 */
export class Loop {
  readonly #pass: () => Promise<PassResult>;
  readonly #log: Logger;
  readonly #clock: () => number;
  #dirty = false;
  #running = false;
  #stopped = false;
  /** What kept the last pass from being done. */
  #trouble: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  #idle: Promise<void> = Promise.resolve();
  /** When the last pass ended (ms, monotonic): what a watchdog may trust. */
  lastPassAt = 0;

  constructor(pass: () => Promise<PassResult>, log: Logger, clock: () => number = () => performance.now()) {
    this.#pass = pass;
    this.#log = log;
    this.#clock = clock;
  }

  /** Something may have changed. Cheap, callable from anywhere, never throws. */
  markDirty(): void {
    this.#dirty = true;
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#idle = this.#run();
  }

  /** Resolves when a pass that began after this call found nothing left to do now, or the loop has stopped. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) return resolve();
      this.#waiting.push(resolve);
      this.markDirty();
    });
  }

  /** No pass begins any more; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#idle;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    // Let everything that comes in the same turn of the event loop join this pass.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      clearTimeout(this.#timer);
      const waiting = this.#waiting.splice(0);
      const until = await this.#once(waiting);
      this.lastPassAt = this.#clock();
      if (!this.#dirty) this.#arm(until);
    }
    this.#running = false;
  }

  async #once(waiting: (() => void)[]): Promise<number | undefined> {
    try {
      const result = await this.#pass();
      this.#trouble = undefined;
      if (result.acted) {
        this.#dirty = true;
        this.#waiting.unshift(...waiting);
      } else {
        for (const resolve of waiting) resolve();
      }
      return result.until;
    } catch (error) {
      this.#report(error);
      this.#waiting.unshift(...waiting);
      return this.#clock() + retryAfterError;
    }
  }

  /** A host in trouble is told of once, and a defect with its place each time. */
  #report(error: unknown): void {
    if (!(error instanceof UserError)) {
      this.#log.error({ err: error }, 'cannot reconcile');
      return;
    }
    const trouble = explained(error);
    if (trouble !== this.#trouble) this.#log.error(trouble);
    this.#trouble = trouble;
  }

  #arm(until: number | undefined): void {
    const delay = Math.min(lookAgain, Math.max(0, (until ?? Number.POSITIVE_INFINITY) - this.#clock()));
    // A millisecond more: timers may fire a fraction early, and the pass would find nothing due.
    this.#timer = setTimeout(() => this.markDirty(), Math.ceil(delay) + 1);
  }
}
