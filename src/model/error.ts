/**
 * An error for people: `cannot DO: CAUSE`, and what to do next. Anything else that is thrown is a defect and
 * shown with its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do next: a command to run or a key to change, without a final full stop. */
  readonly hint: string | undefined;

  /**
   * @param action what could not be done, completing "cannot …" (`start guest web1`)
   * @param cause why, in words
   */
  constructor(action: string, cause: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`cannot ${action}: ${cause}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }
}

/** The message of whatever was thrown, for a sentence. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}

/** The message with what to do next, in one line. */
export function explained(error: unknown): string {
  const hint = error instanceof UserError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}; ${hint}`;
}
