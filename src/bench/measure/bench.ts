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

/**
 * Runs both sides once per round, the first one in turns: what disturbs the machine hits both alike.
 * @param round counts from 1; 0 is a warm-up
 */
export async function inTurns(
  rounds: { readonly warmUp: boolean; readonly count: number },
  sides: readonly [(round: number) => Promise<void>, (round: number) => Promise<void>],
): Promise<void> {
  for (let round = rounds.warmUp ? 0 : 1; round <= rounds.count; round += 1) {
    const [first, second] = round % 2 === 0 ? [sides[1], sides[0]] : sides;
    await first(round);
    await second(round);
  }
}

export function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
