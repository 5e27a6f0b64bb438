import { setTimeout } from 'node:timers/promises';
import type { Places } from '../places.ts';
import type { Umlnfs } from '../sides/umlnfs.ts';

/** What every measurement works with. */
export interface Bench {
  readonly places: Places;
  readonly umlnfs: Umlnfs;
  readonly quick: boolean;
  readonly wish: AbortSignal;
  readonly say: (text: string) => void;
}

/** Between two measurements (ms): what ended before has put itself away. */
const rest = 400;

/**
 * Runs both sides once per round, the first one in turns: what disturbs the machine hits both alike.
 * @param round counts from 1; 0 is a warm-up
 */
export async function inTurns(
  rounds: { readonly warmUp: boolean; readonly count: number },
  sides: readonly [(round: number) => Promise<void>, (round: number) => Promise<void>],
  wish: AbortSignal,
): Promise<void> {
  for (let round = rounds.warmUp ? 0 : 1; round <= rounds.count; round += 1) {
    for (const side of round % 2 === 0 ? sides.toReversed() : sides) {
      await setTimeout(rest, undefined, { signal: wish });
      await side(round);
    }
  }
}

export function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
