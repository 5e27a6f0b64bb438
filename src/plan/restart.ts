import { backoff } from '../model/backoff.ts';
import type { GuestWanted } from '../model/desired.ts';
import type { EndReason } from '../model/observed.ts';

type RestartPolicy = GuestWanted['restart'];

const failures: ReadonlySet<EndReason> = new Set([
  'panic',
  'crash',
  'hang',
  'start-timeout',
  'start-failed',
  'killed',
  'unknown',
]);

/** Whether an end is a failure, which backoff and quarantine are for. */
export function isFailure(reason: EndReason): boolean {
  return failures.has(reason);
}

/** What follows an end when nobody asked for it. */
export function restartsAfter(reason: EndReason, policy: RestartPolicy['policy']): boolean {
  if (policy === 'no') return false;
  if (reason === 'reboot') return true;
  if (isFailure(reason)) return true;
  return policy === 'always' && (reason === 'power-off' || reason === 'halt');
}

/** The restarts that still count at `now`. */
export function recent(times: readonly number[], policy: RestartPolicy, now: number): readonly number[] {
  return times.filter((time) => now - time < policy.burstInterval);
}

/**
 * How long (ms) a guest waits that ended in order by itself (a reboot), at `times` and now: not at all up to `burst`
 * times, then longer each time, so that one that does nothing else costs little. It is never quarantined for that.
 */
export function orderlyDelay(times: readonly number[], policy: RestartPolicy, now: number): number {
  const excess = recent(times, policy, now).length - policy.burst;
  return excess < 0 ? 0 : backoff(policy.delay, policy.maxDelay, excess + 1);
}

export interface Verdict {
  readonly quarantined: boolean;
  /** Milliseconds on the same clock as `now`. */
  readonly notBefore: number;
}

/**
 * When a guest that ended by failure may start again: the delay doubles with each restart that still counts, up
 * to the longest; up to a quarter of it is drawn at random, so that guests that fell together do not start
 * together. After `burst` restarts it is quarantined.
 *
 * @param random from 0 to 1
 */
export function afterFailure(
  times: readonly number[],
  policy: RestartPolicy,
  now: number,
  random: number,
): Verdict {
  const counted = recent(times, policy, now).length;
  const full = backoff(policy.delay, policy.maxDelay, counted + 1);
  return { quarantined: counted >= policy.burst, notBefore: now + full * (1 - random / 4) };
}

/** A reboot before it was ever ready is a failed start: it must not loop at full speed. */
export function countsAsFailure(end: { readonly reason: EndReason; readonly wasReady: boolean }): boolean {
  return isFailure(end.reason) || (end.reason === 'reboot' && !end.wasReady);
}
