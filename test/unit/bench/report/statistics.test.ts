import { describe, expect, it } from 'vitest';
import { median, significant } from '../../../../src/bench/report/statistics.ts';

describe('median', () => {
  it('is the middle one, or between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 4])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('sorts numbers as numbers, and leaves the samples as they are', () => {
    const samples = [100, 9, 20];
    expect(median(samples)).toBe(20);
    expect(samples).toEqual([100, 9, 20]);
  });

  it('is NaN of nothing', () => {
    expect(median([])).toBeNaN();
  });
});

describe('significant', () => {
  it('rounds to digits that mean something', () => {
    expect(significant(1234.5)).toBe(1230);
    expect(significant(0.012345, 2)).toBe(0.012);
  });
});
