import { describe, expect, it } from 'vitest';
import { figureRows, met, type Row, ratioRows, targetText } from '../../../../src/bench/report/rows.ts';
import type { Results } from '../../../../src/bench/results.ts';
import { everything } from '../../../support/bench-results.ts';

const row = (results: Results, name: string): Row => {
  const found = [...ratioRows(results), ...figureRows(results)].find((each) => each.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

describe('ratioRows', () => {
  it('has the ratio of the medians, umlnfs by the other side', () => {
    expect(row(everything, 'startToRoot').ratio).toBeCloseTo(1.03);
    expect(row(everything, 'fleet20').ratio).toBeCloseTo(1.2);
    expect(row(everything, 'write').ratio).toBeCloseTo(8);
    expect(row(everything, 'read').ratio).toBeCloseTo(10);
    expect(row(everything, 'tailoredReady').ratio).toBeCloseTo(0.4);
  });

  it('allows the daemon a tenth of a slow start, and 50 ms of a fast one', () => {
    expect(row(everything, 'startToReady').target?.value).toBeCloseTo(1.1);
    const fast = { ...everything, start: { ...startOf(250, 200) } };
    expect(row(fast, 'startToReady').target?.value).toBeCloseTo(1.25);
    expect(met(row(fast, 'startToReady'))).toBe(true);
    expect(met(row({ ...everything, start: startOf(251, 200) }, 'startToReady'))).toBe(false);
  });

  it('says of what was not measured neither that it meets its target nor that it misses it', () => {
    const { environment } = everything;
    for (const each of ratioRows({ environment, problems: ['x'] })) {
      expect(each.ratio, each.name).toBeNaN();
      expect(met(each), each.name).toBeUndefined();
      expect(targetText(each.target), each.name).not.toContain('NaN');
    }
  });
});

describe('figureRows', () => {
  it('takes the reaction to files that come and go together', () => {
    expect(row(everything, 'reactionMs').umlnfs).toBe(130);
    expect(met(row(everything, 'reactionMs'))).toBe(true);
  });
});

describe('met', () => {
  const at = (bound: 'at most' | 'at least' | 'below', value: number): Row => ({
    name: 'x',
    what: 'x',
    unit: '',
    umlnfs: 5,
    other: undefined,
    ratio: undefined,
    target: { bound, value },
  });

  it('reads each kind of target', () => {
    expect([4, 5, 6].map((value) => met(at('at most', value)))).toEqual([false, true, true]);
    expect([4, 5, 6].map((value) => met(at('at least', value)))).toEqual([true, true, false]);
    expect([4, 5, 6].map((value) => met(at('below', value)))).toEqual([false, false, true]);
  });
});

function startOf(umlnfs: number, other: number) {
  const versus = { umlnfs: [umlnfs], other: [other] };
  return { root: versus, ready: versus, untilProcess: [20] };
}
