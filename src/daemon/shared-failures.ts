import { backoff } from '../model/backoff.ts';
import type { SharedFailure } from '../model/observed.ts';
import { networkOf } from '../plan/shared-failures.ts';
import type { Step, StepOf } from '../plan/step.ts';

/** Milliseconds. */
const firstDelay = 1_000;
const longestDelay = 30_000;

interface Kept {
  readonly failure: SharedFailure;
  readonly times: number;
}

/** Steps that are no single guest's and failed, each until it succeeds or is not needed any more. */
export class SharedFailures {
  readonly #clock: () => number;
  readonly #failures = new Map<string, Kept>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  all(): readonly SharedFailure[] {
    return [...this.#failures.values()].map(({ failure }) => failure);
  }

  /** The step is tried again after a delay that grows. */
  failed(step: StepOf<SharedFailure['step']>, problem: string): SharedFailure {
    const times = (this.#failures.get(keyOf(step))?.times ?? 0) + 1;
    const retryAt = this.#clock() + backoff(firstDelay, longestDelay, times);
    const failure = { step: step.kind, network: networkOf(step), problem, retryAt };
    this.#failures.set(keyOf(step), { failure, times });
    return failure;
  }

  succeeded(step: StepOf<SharedFailure['step']>): void {
    this.#failures.delete(keyOf(step));
  }

  /** A step that is due again and not among these is not needed any more: somebody mended its cause. */
  forget(todo: readonly Step[]): void {
    const planned = new Set(todo.map(keyOf));
    for (const [key, { failure }] of this.#failures) {
      if (this.#clock() >= failure.retryAt && !planned.has(key)) this.#failures.delete(key);
    }
  }

  clear(): void {
    this.#failures.clear();
  }
}

function keyOf(step: Step): string {
  return `${step.kind} ${networkOf(step) ?? ''}`;
}
