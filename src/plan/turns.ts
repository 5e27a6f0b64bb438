/** How many guests boot at a time: more than the host has processors for would only make all of them slow. */
import type { Desired } from '../model/desired.ts';
import type { GuestSeen, Observed } from '../model/observed.ts';
import { wait } from './guests.ts';
import type { Step } from './step.ts';

/** A guest that takes longer (ms) than this to become ready holds up no other any more: it may hang. */
const longestTurn = 60_000;
const fewest = 20;
const forEachProcessor = 10;

/**
 * Where the host file says nothing. Small guests are ready sooner the more of them boot at once: on two processors
 * twenty of one process each took 1.0 times as long as by a bare loop when all began at once, 1.4 times as long by
 * eight, and 1.6 times by four. Large ones are not to run out of StartTimeoutSec= for lack of a processor.
 */
export function usualTurns(cpus: number): number {
  return Math.max(fewest, forEachProcessor * cpus);
}

/** When the turn of a guest that boots ends for the others; undefined for one that does not boot. */
function turnEnds({ process, readyAt, stop }: GuestSeen, now: number): number | undefined {
  if (process === undefined || readyAt !== undefined || stop !== undefined) return undefined;
  const end = process.startedAt + longestTurn;
  return now < end ? end : undefined;
}

/** The steps, with those starts left for later that are more than may boot now. */
export function inTurns(steps: readonly Step[], desired: Desired, observed: Observed, now: number): Step[] {
  const ends = [...observed.guests.values()]
    .map((seen) => turnEnds(seen, now))
    .filter((end) => end !== undefined);
  const most = desired.parallelStarts ?? usualTurns(observed.cpus ?? 1);
  let free = Math.max(0, most - ends.length);
  let held = 0;
  const taken = steps.map((step): Step => {
    if (step.kind !== 'guest.start') return step;
    if (free > 0) {
      free -= 1;
      return step;
    }
    held += 1;
    return {
      kind: 'queue',
      guest: step.guest,
      why: `${most} guests boot already, and more are not to at a time`,
    };
  });
  // Readiness and ends are told; only this comes without an event.
  if (held > 0 && ends.length > 0)
    taken.push(wait('', Math.min(...ends), 'a guest that boots for long holds up no other'));
  return taken;
}
