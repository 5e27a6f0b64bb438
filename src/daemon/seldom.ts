/** At most one message of a kind in so many milliseconds; what others would have said is counted. */
const between = 60_000;

/** For messages that a guest can bring about as often as it likes. */
export class Seldom {
  readonly #clock: () => number;
  readonly #kinds = new Map<string, { sinceLast: number; at: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Calls `say` with the count since it was called last, this one's `count` included; or keeps it for later. */
  say(kind: string, count: number, say: (total: number) => void): void {
    const now = this.#clock();
    const before = this.#kinds.get(kind);
    const total = (before?.sinceLast ?? 0) + count;
    if (before !== undefined && now - before.at < between) {
      this.#kinds.set(kind, { sinceLast: total, at: before.at });
      return;
    }
    this.#kinds.set(kind, { sinceLast: 0, at: now });
    say(total);
  }
}
