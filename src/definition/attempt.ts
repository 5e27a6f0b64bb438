import { messageOf } from '../model/error.ts';
import type { Problem } from '../model/problem.ts';

/**
 * A defect of ours that one definition brings to light is a problem of that definition: the others are read all the
 * same.
 *
 * @param failed what stands for the result that there is none of
 */
export function attempt<T>(
  file: string,
  guest: string | undefined,
  parse: () => T,
  failed: (problem: Problem) => T,
): T {
  try {
    return parse();
  } catch (error) {
    const message = `cannot read the definition: ${messageOf(error)}; this is a defect of umlnfs, please report it with the file`;
    return failed({ severity: 'error', file, line: undefined, guest, message });
  }
}
