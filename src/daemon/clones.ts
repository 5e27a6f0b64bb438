import type { Logger } from 'pino';
import { backoff } from '../model/backoff.ts';
import { explained } from '../model/error.ts';

export interface CloneJob {
  readonly guest: string;
  readonly from: string;
  readonly directory: string;
}

export interface ClonesOptions {
  /** Resolves when the root is there. */
  readonly clone: (job: CloneJob, signal: AbortSignal) => Promise<void>;
  /** How many at a time. */
  readonly most: number;
  readonly log: Logger;
  readonly clock: () => number;
  readonly markDirty: () => void;
}

/** A clone that failed is tried again after this time (ms), twice as long each time, up to the longest. */
const firstRetry = 5_000;
const longestRetry = 300_000;

interface Failure {
  readonly problem: string;
  readonly count: number;
  readonly retryAt: number;
}

/** Roots that are being cloned: beside the loop, since that takes minutes. */
export class Clones {
  readonly #options: ClonesOptions;
  readonly #ending = new AbortController();
  /** By directory, those that wait for others too. */
  readonly #jobs = new Map<string, Promise<void>>();
  readonly #waiting: CloneJob[] = [];
  readonly #failures = new Map<string, Failure>();
  #running = 0;

  constructor(options: ClonesOptions) {
    this.#options = options;
  }

  /** Begins it, unless it has begun. */
  begin(job: CloneJob): void {
    if (this.#ending.signal.aborted || this.seen(job.directory).cloning) return;
    this.#waiting.push(job);
    this.#next();
  }

  /** What is to be known of a root that is not there. */
  seen(directory: string): { readonly cloning: boolean; readonly problem?: string } {
    const cloning = this.#jobs.has(directory) || this.#waiting.some((job) => job.directory === directory);
    const failure = this.#failures.get(directory);
    if (cloning || failure === undefined || this.#options.clock() >= failure.retryAt) return { cloning };
    return { cloning, problem: failure.problem };
  }

  /** Somebody wants it now: no failure of before counts. */
  retry(directory: string): void {
    this.#failures.delete(directory);
  }

  /** Ends those that run; nothing half-made is left of them. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#ending.abort();
    await Promise.all(this.#jobs.values());
  }

  #next(): void {
    while (this.#running < this.#options.most) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running += 1;
      const done = this.#run(job).finally(() => {
        this.#running -= 1;
        this.#jobs.delete(job.directory);
        this.#next();
        this.#options.markDirty();
      });
      this.#jobs.set(job.directory, done);
    }
  }

  async #run(job: CloneJob): Promise<void> {
    const { log, clone, clock } = this.#options;
    const { guest, directory } = job;
    const about = { guest, step: 'root.clone' };
    const began = clock();
    try {
      await clone(job, this.#ending.signal);
      this.#failures.delete(directory);
      const seconds = Number(((clock() - began) / 1000).toFixed(1));
      log.info({ ...about, seconds }, `the root ${directory} is there`);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const count = (this.#failures.get(directory)?.count ?? 0) + 1;
      const retryAt = clock() + backoff(firstRetry, longestRetry, count);
      const problem = explained(error);
      this.#failures.set(directory, { problem, count, retryAt });
      log.error({ ...about, event: 'step-failed' }, problem);
    }
  }
}
