/** Progress for people, on standard error: standard output has nothing but the result. */
const variable = 'UMLNFS_SANDBOX_BEGAN';
// The inner process counts from where the outer one began.
const began = Number(process.env[variable] ?? Date.now());
/** For the environment of the inner process. */
export const clockForInner: Readonly<Record<string, string>> = { [variable]: `${began}` };

/** One step, with the time since the start. */
export function say(text: string): void {
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  write(`[${seconds.padStart(5)} s] ${text}\n`);
}

/** More about the step before. */
export function detail(text: string): void {
  for (const line of text.split('\n')) write(`          ${line}\n`);
}

export function write(text: string): void {
  process.stderr.write(text);
}

/** Where the terminal is gone, the rest of the work is done unseen. */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
