import type { Logger } from 'pino';
import { explained, UserError } from '../model/error.ts';

/** A reading that failed is tried again after this (ms). */
const retryAfterFailure = 1_000;

/** Reads again when that is asked for. Where it fails, what was read before holds on, and it is tried again. */
export class Rereading<T> {
  readonly #read: () => Promise<T>;
  readonly #log: Logger;
  #asked = false;
  #failure: unknown;

  constructor(read: () => Promise<T>, log: Logger) {
    this.#read = read;
    this.#log = log;
  }

  ask(): void {
    this.#asked = true;
  }

  /** What is new; undefined where nobody asked, or it failed. */
  async next(): Promise<T | undefined> {
    if (!this.#asked) return undefined;
    // Before the reading begins: who asks during it may have changed what was read already.
    this.#asked = false;
    try {
      const read = await this.#read();
      this.#failure = undefined;
      return read;
    } catch (error) {
      this.#asked = true;
      if (this.#failure === undefined || explained(this.#failure) !== explained(error))
        this.#log.error({ err: error }, 'cannot read the definitions; those in force hold on');
      this.#failure = error;
      return undefined;
    }
  }

  /** When (of the clock that `now` is of) it is tried again; infinitely late where nothing failed. */
  retryAt(now: number): number {
    return this.#failure === undefined ? Number.POSITIVE_INFINITY : now + retryAfterFailure;
  }

  /** @throws UserError where the last reading failed */
  mustHaveSucceeded(): void {
    const error = this.#failure;
    if (error === undefined) return;
    if (error instanceof UserError) throw error;
    throw new UserError('read the definitions', explained(error), {
      hint: 'those in force hold on; see the log of umlnfsd',
      cause: error,
    });
  }
}
