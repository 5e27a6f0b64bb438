/** Beyond that many doublings every delay has reached its longest, and numbers stay numbers. */
const mostDoublings = 30;

/** The delay before the next try after `times` failures in a row: `first`, then twice as long each time, up to `longest`. */
export function backoff(first: number, longest: number, times: number): number {
  return Math.min(longest, first * 2 ** Math.min(times - 1, mostDoublings));
}
