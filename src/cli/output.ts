/** Text to standard output; what is written is what somebody asked for. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** A message to standard error, after `umlnfs: `. */
export function tell(message: string): void {
  process.stderr.write(`umlnfs: ${message}\n`);
}

/** Whether to colour what goes to standard output (https://no-color.org). */
export function coloured(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

/** A reader that goes away (`umlnfs logs web1 | head`) is no error, and there is nobody left to write for. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
