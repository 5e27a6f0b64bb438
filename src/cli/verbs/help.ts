import type { ExitReason } from '../exit-codes.ts';
import { generalHelp, verbHelp } from '../help.ts';
import { print } from '../output.ts';
import { type Invocation, UsageError } from '../verb.ts';
import { verbs } from '../verbs.ts';

export async function help({ operands: [name] }: Invocation): Promise<ExitReason> {
  const verb = verbs.find((candidate) => candidate.name === name);
  if (name !== undefined && verb === undefined) throw new UsageError(`there is no verb ${name}`);
  print(verb === undefined ? generalHelp() : verbHelp(verb));
  return 'ok';
}
