import type { Problem } from '../model/problem.ts';

/** An error about a file as a whole. */
export function fileProblem(file: string, guest: string | undefined, message: string): Problem {
  return { severity: 'error', file, line: undefined, guest, message };
}

export const BEING_WRITTEN =
  'cannot read the file: it is being written just now; it is read again after that';
