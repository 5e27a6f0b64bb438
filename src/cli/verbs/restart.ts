import { act } from '../act.ts';
import type { ExitReason } from '../exit-codes.ts';
import type { Invocation } from '../verb.ts';

export function restart(invocation: Invocation): Promise<ExitReason> {
  return act('restart', invocation);
}
