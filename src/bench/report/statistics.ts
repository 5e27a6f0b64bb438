/** The middle of the samples; NaN of none. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Rounds to so many significant digits; for figures that are shown or written. */
export function significant(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
