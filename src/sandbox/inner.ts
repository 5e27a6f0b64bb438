/** The inner process of ./namespace.ts: what it does and how it speaks with the outer one. */
import { UserError } from '../model/error.ts';
import { outliveTerminal, write } from './say.ts';

export type FromInner =
  | { readonly kind: 'result'; readonly result: unknown }
  /** It has said why. */
  | { readonly kind: 'failed' };

/** The one thing the outer process says to the inner one. */
export interface ToInner {
  readonly kind: 'stop';
}

/**
 * Makes this process the inner one: runs `job` with the argument that the outer process gave, and tells it the
 * result. `wish` is aborted when all shall stop.
 */
export function runInner<Argument, Result>(
  job: (argument: Argument, wish: AbortSignal) => Promise<Result>,
): void {
  outliveTerminal();
  const wish = new AbortController();
  process.on('message', (message) => {
    if ((message as ToInner).kind === 'stop') wish.abort();
  });
  // Whoever started this was killed.
  process.on('disconnect', () => wish.abort());
  // Signals come to the outer process.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => wish.abort());
  job(JSON.parse(process.argv[2] ?? '') as Argument, wish.signal)
    .then((result) => tell({ kind: 'result', result }))
    .catch(async (error: unknown) => {
      if (!wish.signal.aborted) complain(error);
      await tell({ kind: 'failed' });
      process.exitCode = 1;
    })
    // Whatever the job left open: its result is told, and with this process its namespaces end.
    .finally(() => process.exit());
}

function complain(error: unknown): void {
  const hint = error instanceof UserError && error.hint !== undefined ? `\n  ${error.hint}` : '';
  const text =
    error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
  write(`umlnfs: ${text}${hint}\n`);
}

function tell(message: FromInner): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
