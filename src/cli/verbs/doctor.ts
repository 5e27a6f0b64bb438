import { type Diagnosis, failure, worst } from '../../model/doctor/diagnosis.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { type Configured, configured } from '../doctor/configured.ts';
import { type Subject, subjects } from '../doctor/subjects.ts';
import type { ExitReason } from '../exit-codes.ts';
import { coloured, print } from '../output.ts';
import { printable } from '../printable.ts';
import { diagnosisText, summary } from '../show/diagnosis.ts';
import type { Invocation } from '../verb.ts';

export async function doctor(invocation: Invocation): Promise<ExitReason> {
  const what = await configured(invocation.value('config-dir'));
  const found = (await Promise.all(subjects.map((subject) => look(subject, what)))).flat().map(plain);
  if (invocation.flag('json'))
    print(`${JSON.stringify({ verdict: worst(found), items: found }, undefined, 2)}\n`);
  else {
    const colours = coloured();
    print(found.map((one) => diagnosisText(one, colours)).join(''));
    print(summary(found));
  }
  return worst(found) === 'failure' ? 'failure' : 'ok';
}

/** What cannot be looked at does not keep the rest from it. */
async function look({ name, look }: Subject, what: Configured): Promise<readonly Diagnosis[]> {
  try {
    return await look(what);
  } catch (error) {
    const mend = (error instanceof UserError ? error.hint : undefined) ?? 'sudo umlnfs doctor';
    return [failure(name, `cannot be looked at: ${messageOf(error)}`, mend)];
  }
}

/** Names of files, and what programs tell, are of others. */
function plain({ item, level, text, mend }: Diagnosis): Diagnosis {
  return {
    item: printable(item),
    level,
    text: printable(text),
    ...(mend === undefined ? {} : { mend: printable(mend) }),
  };
}
