import { createInterface } from 'node:readline/promises';
import { type Invocation, UsageError } from './verb.ts';

/**
 * Whether to go on with what cannot be undone: with --yes at once, on a terminal if the answer to `question` is yes.
 * @throws UsageError elsewhere
 */
export async function agreed(invocation: Invocation, verb: string, question: string): Promise<boolean> {
  if (invocation.flag('yes')) return true;
  if (!(process.stdin.isTTY && process.stderr.isTTY))
    throw new UsageError(`${verb} asks first on a terminal; elsewhere it takes --yes`);
  return confirmed(`${question} [y/N] `);
}

/** Asks on the terminal; anything but yes is no. */
async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
