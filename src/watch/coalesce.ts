export interface CoalesceTimes {
  /** Milliseconds without a further event before the call. */
  readonly quiet: number;
  /** Milliseconds after the first event at which the call comes in any case. */
  readonly latest: number;
}

/**
 * Many events, few calls: one call when it has been quiet, or at the latest some time after the first event. All by
 * the monotonic clock. An event costs one comparison, so a flood of them does no harm.
 */
export class Coalescer {
  readonly #call: () => void;
  readonly #times: CoalesceTimes;
  #first: number | undefined;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(call: () => void, times: CoalesceTimes) {
    this.#call = call;
    this.#times = times;
  }

  event(): void {
    this.#last = performance.now();
    if (this.#first !== undefined) return;
    this.#first = this.#last;
    this.#wait(Math.min(this.#times.quiet, this.#times.latest));
  }

  /** No call comes any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Events after closing find a first event that is never served.
    this.#first = Number.POSITIVE_INFINITY;
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.ceil(time));
  }

  #check(): void {
    const first = this.#first ?? 0;
    const due = Math.min(this.#last + this.#times.quiet, first + this.#times.latest);
    const left = due - performance.now();
    if (left > 0) {
      this.#wait(left);
      return;
    }
    this.#first = undefined;
    this.#call();
  }
}
