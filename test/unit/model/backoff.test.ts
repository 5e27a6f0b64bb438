import { expect, test } from 'vitest';
import { backoff } from '../../../src/model/backoff.ts';

test('a delay doubles with each failure, up to the longest', () => {
  expect([1, 2, 3, 4, 5].map((times) => backoff(1_000, 8_000, times))).toEqual([
    1_000, 2_000, 4_000, 8_000, 8_000,
  ]);
  expect(backoff(1, 60_000, 5_000)).toBe(60_000);
});
