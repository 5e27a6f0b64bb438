import { UserError } from '../model/error.ts';

/** Somebody pressed Ctrl-C, or asked this process to end. */
export class Interrupted extends UserError {}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets long work clean up after itself when it is interrupted, and tells it once, by a signal that is aborted.
 * @param what was interrupted, completing "cannot …"
 * @throws Interrupted when the work has ended
 */
export async function interruptible<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(new Interrupted(what, 'it was interrupted; nothing half-made is left'));
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
