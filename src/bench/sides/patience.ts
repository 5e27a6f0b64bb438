import { UserError } from '../../model/error.ts';

/**
 * The promise's value, unless it takes longer than `patience` (ms) or the wish to stop comes: then it rejects.
 * @param what completes "cannot wait for …"
 */
export async function patiently<T>(
  promise: Promise<T>,
  what: string,
  patience: number,
  wish: AbortSignal,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const limits = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UserError(`wait for ${what}`, `it did not come within ${patience / 1000} s`));
    }, patience);
    stop = () => reject(wish.reason as Error);
    wish.addEventListener('abort', stop);
    if (wish.aborted) stop();
  });
  try {
    return await Promise.race([promise, limits]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) wish.removeEventListener('abort', stop);
  }
}
