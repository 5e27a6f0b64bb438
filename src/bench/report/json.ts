import type { Results, Versus } from '../results.ts';
import { figureRows, met, ratioRows } from './rows.ts';
import { median, significant } from './statistics.ts';

/** The contents of bench.json: what was not measured is null. */
export function resultJson(results: Results, date: Date): string {
  const ratios = ratioRows(results);
  const figures = figureRows(results);
  const json = {
    ratios: Object.fromEntries(ratios.map(({ name, ratio }) => [name, number(ratio, 4)])),
    ...Object.fromEntries(figures.map(({ name, umlnfs }) => [name, number(umlnfs, 4)])),
    targets: Object.fromEntries(
      [...ratios, ...figures].flatMap((row) =>
        row.target === undefined
          ? []
          : [[row.name, { [row.target.bound]: number(row.target.value, 4), met: met(row) ?? null }]],
      ),
    ),
    medians: Object.fromEntries(
      ratios.map(({ name, unit, umlnfs, other }) => [
        name,
        { unit, umlnfs: number(umlnfs, 5), [other?.name ?? 'other']: number(other?.value ?? Number.NaN, 5) },
      ]),
    ),
    daemonShareMs: shares(results),
    samples: samplesOf(results),
    footprint: results.footprint ?? null,
    environment: { date: date.toISOString(), ...results.environment },
    problems: results.problems,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function number(value: number, digits: number): number | null {
  return Number.isFinite(value) ? significant(value, digits) : null;
}

function shares({ start }: Results) {
  if (start === undefined) return null;
  const share = ({ umlnfs, other }: Versus) => number(median(umlnfs) - median(other), 3);
  return {
    toRoot: share(start.root),
    toReady: share(start.ready),
    untilProcess: number(median(start.untilProcess), 3),
  };
}

/** All samples, in the order in which they were taken. */
function samplesOf({ start, fleet, disk, tailored, reaction }: Results) {
  return { start, fleet, disk, tailored, reaction };
}
