import { act } from '../act.ts';
import type { ExitReason } from '../exit-codes.ts';
import type { Invocation } from '../verb.ts';

export function reset(invocation: Invocation): Promise<ExitReason> {
  return act('reset', invocation);
}
