import type { Problem } from '../model/problem.ts';

/** An error about a file as a whole. */
export function fileProblem(file: string, guest: string | undefined, message: string): Problem {
  return { severity: 'error', file, line: undefined, guest, message };
}

/** A link to nothing, or a file that is being replaced. */
export const NO_FILE = 'cannot read the file: it leads to no file';

export const BEING_WRITTEN =
  'cannot read the file: it is being written just now; it is read again after that';
