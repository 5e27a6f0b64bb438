import type { Problem } from '../model/problem.ts';
import { type Fault, MOST_FAULTS } from './scan.ts';

/**
 * What is wrong with one file, as much of it as anybody reads: a file of garbage must not become a thousand messages,
 * and a template's not those of each instance.
 */
export class FileProblems {
  readonly file: string;
  readonly #guest: string | undefined;
  readonly #errors: Problem[] = [];
  readonly #warnings: Problem[] = [];
  #moreWarnings = 0;
  #givenUpAt: number | undefined;

  /** @param faults what scan() found in the file */
  constructor(file: string, guest: string | undefined, faults: readonly Fault[] = []) {
    this.file = file;
    this.#guest = guest;
    for (const { line, message } of faults) this.#errors.push(this.#problem('error', line, message));
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  /** Asked before a line is looked at: whether the file has so many errors that the rest of it is left unread. */
  giveUpAt(line: number): boolean {
    if (this.#errors.length < MOST_FAULTS) return false;
    this.#givenUpAt = Math.max(this.#givenUpAt ?? 0, line);
    return true;
  }

  error(line: number | undefined, message: string): void {
    if (!this.giveUpAt(line ?? 0)) this.#errors.push(this.#problem('error', line, message));
  }

  warning(line: number, message: string): void {
    if (this.#warnings.length < MOST_FAULTS) this.#warnings.push(this.#problem('warning', line, message));
    else this.#moreWarnings += 1;
  }

  /** By line; the last one says where there are more. */
  all(): Problem[] {
    const told = [...this.#errors, ...this.#warnings].sort(byLine);
    const last = Math.max(this.#givenUpAt ?? 0, ...told.map(({ line }) => line ?? 0));
    if (this.#moreWarnings > 0)
      told.push(
        this.#problem('warning', last, `cannot list ${this.#moreWarnings} more warnings of the file`),
      );
    // With more of them, scan() has said so already.
    if (this.#givenUpAt !== undefined && this.#errors.length === MOST_FAULTS) {
      const message = `cannot read the rest of the file: there are ${MOST_FAULTS} errors before it; correct those first`;
      told.push(this.#problem('error', last, message));
    }
    return told;
  }

  #problem(severity: Problem['severity'], line: number | undefined, message: string): Problem {
    return { severity, file: this.file, line, guest: this.#guest, message };
  }
}

/** What is about the file as a whole comes last. */
function byLine(a: Problem, b: Problem): number {
  return (a.line ?? Number.MAX_VALUE) - (b.line ?? Number.MAX_VALUE);
}
