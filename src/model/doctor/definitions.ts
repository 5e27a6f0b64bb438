import { formatProblem, type Problem } from '../problem.ts';
import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

const item = 'definitions';

/** @param guests how many there are, good and bad */
export function judgeDefinitions(problems: readonly Problem[], guests: number): Diagnosis[] {
  if (problems.length === 0) {
    if (guests === 0) return [ok(item, 'there are none yet; the defaults hold')];
    return [ok(item, guests === 1 ? '1 guest, nothing wrong' : `${guests} guests, nothing wrong`)];
  }
  return problems.map((problem) => {
    const text = formatProblem(problem);
    const mend = `correct ${problem.file}, and check it with umlnfs check`;
    return problem.severity === 'error' ? failure(item, text, mend) : warning(item, text, mend);
  });
}
