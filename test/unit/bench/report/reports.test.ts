import { describe, expect, it } from 'vitest';
import { resultJson } from '../../../../src/bench/report/json.ts';
import { resultSvg } from '../../../../src/bench/report/svg.ts';
import { resultTable } from '../../../../src/bench/report/table.ts';
import type { Results } from '../../../../src/bench/results.ts';
import { everything } from '../../../support/bench-results.ts';

const nothing: Results = { environment: everything.environment, problems: ['disk was not measured: x'] };
const missed: Results = { ...everything, tailored: { ready: { umlnfs: [6000], other: [10_000] } } };

describe('resultTable', () => {
  it('has a line for each measure, with its target and whether it is met', () => {
    const table = resultTable(missed);
    expect(table).toMatch(/^write .* 400 MB\/s +50 MB\/s by hand +8\.00 +>= 5 +yes$/m);
    expect(table).toMatch(/^tailoredReady .* 0\.60 +<= 0\.5 +no$/m);
    expect(table).toMatch(/^read .* 10\.00 +- +-$/m);
    expect(table).toMatch(/^reactionMs .* 130 ms +- +- +< 1000 +yes$/m);
    expect(table).toContain("The daemon's own share of a start: 40 ms, and 22 ms");
  });

  it('says what was not measured', () => {
    expect(resultTable(nothing)).toMatch(/^startToRoot .* not measured /m);
    expect(resultTable(nothing)).not.toContain('NaN');
  });
});

describe('resultJson', () => {
  it('has ratios, figures, targets and all samples', () => {
    const json = JSON.parse(resultJson(everything, new Date('2030-01-02T03:04:05Z')));
    expect(json.ratios).toEqual({
      startToRoot: 1.03,
      startToReady: 1.04,
      fleet20: 1.2,
      write: 8,
      read: 10,
      tailoredReady: 0.4,
    });
    expect(json).toMatchObject({ reactionMs: 130, daemonRssMiB: 150, daemonIdleCpuPercent: 0.6 });
    expect(json.targets.write).toEqual({ 'at least': 5, met: true });
    expect(json.samples.start.root.umlnfs).toEqual([1030, 1010, 1990]);
    expect(json.medians.write).toEqual({ unit: 'MB/s', umlnfs: 400, 'by hand': 50 });
    expect(json.environment).toMatchObject({ guestKernel: '6.1.176', date: '2030-01-02T03:04:05.000Z' });
  });

  it('has null for what was not measured', () => {
    const json = JSON.parse(resultJson(nothing, new Date(0)));
    expect(Object.values(json.ratios)).toEqual(Array(6).fill(null));
    expect(json).toMatchObject({ reactionMs: null, daemonRssMiB: null, daemonIdleCpuPercent: null });
    expect(json.problems).toEqual(nothing.problems);
  });
});

describe('resultSvg', () => {
  it('draws a bar and a target for each ratio, on one scale for those that are alike', () => {
    const svg = resultSvg(missed);
    const bars = [...svg.matchAll(/<rect x="260" [^>]*width="([\d.]+)" height="18" fill="(#\w+)"/g)];
    expect(bars).toHaveLength(6);
    const widths = bars.map((bar) => Number(bar[1]));
    const [root = 0, , fleet = 0, tailored = 0, write = 0, read = 0] = widths;
    expect(fleet / root).toBeCloseTo(1.2 / 1.03, 2);
    expect(tailored / root).toBeCloseTo(0.6 / 1.03, 2);
    expect(read / write).toBeCloseTo(10 / 8, 2);
    expect(Math.max(...widths)).toBeLessThanOrEqual(760 - 260 - 180);
    // Met, missed and without a target are told apart.
    expect(new Set(bars.map((bar) => bar[2])).size).toBe(3);
    expect(svg.match(/width="4" height="30"/g)).toHaveLength(5);
    expect(svg).toContain('0.60 (target ≤ 0.5, missed)');
  });

  it('is well-formed whatever the machine calls itself', () => {
    const odd = { ...everything, environment: { ...everything.environment, kernel: 'a<b>&"c' } };
    expect(resultSvg(odd)).toContain('a&lt;b&gt;&amp;');
    expect(resultSvg(odd)).not.toContain('a<b');
  });

  it('has room for nothing at all', () => {
    const svg = resultSvg(nothing);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg.match(/not measured/g)).toHaveLength(6);
  });
});
