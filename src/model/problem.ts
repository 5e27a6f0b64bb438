/** Something wrong in a definition: never thrown, always collected, so that all come at once. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1; undefined where the file as a whole is meant. */
  readonly line: number | undefined;
  /** The guest it keeps from its definition, where it is about one. */
  readonly guest: string | undefined;
  /** `cannot use Address=192.168.9.2: …`, with what to do next. */
  readonly message: string;
}

/** `FILE:LINE: error: MESSAGE`, as compilers say it, so that editors can jump there. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.severity}: ${problem.message}`;
}
