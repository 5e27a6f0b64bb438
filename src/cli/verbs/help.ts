import type { ExitReason } from '../exit-codes.ts';
import { findVerb } from '../find-verb.ts';
import { generalHelp, groupHelp, verbHelp } from '../help.ts';
import { print } from '../output.ts';
import { type Invocation, UsageError } from '../verb.ts';
import { groups } from '../verbs.ts';

export async function help({ operands }: Invocation): Promise<ExitReason> {
  print(helpFor(operands));
  return 'ok';
}

function helpFor(words: readonly string[]): string {
  const [first, second] = words;
  if (first === undefined) return generalHelp();
  if (second === undefined && Object.hasOwn(groups, first)) return groupHelp(first);
  const found = findVerb(words);
  if (found.kind === 'group') return groupHelp(found.group);
  if (found.rest.length > 0) throw new UsageError(`there is no verb ${words.join(' ')}`);
  return verbHelp(found.verb);
}
