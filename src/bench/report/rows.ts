import type { Results, Versus } from '../results.ts';
import { median } from './statistics.ts';

export type RatioName = 'startToRoot' | 'startToReady' | 'fleet20' | 'write' | 'read' | 'tailoredReady';

export interface Target {
  readonly bound: 'at most' | 'at least' | 'below';
  readonly value: number;
}

/** One line of the table, with medians; NaN where nothing was measured. */
export interface Row {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly umlnfs: number;
  /** The side that umlnfs is compared with; undefined for what stands alone. */
  readonly other: { readonly name: string; readonly value: number } | undefined;
  /** umlnfs by the other one. */
  readonly ratio: number | undefined;
  /** For the ratio where there is one, else for the figure. */
  readonly target: Target | undefined;
}

export interface RatioRow extends Row {
  readonly name: RatioName;
  readonly ratio: number;
  readonly better: 'lower' | 'higher';
}

/** The daemon's own share may be so much of the bare time, or so many ms, whichever is more. */
const ownShare = 0.1;
const ownShareMs = 50;

const none: Versus = { umlnfs: [], other: [] };

interface Comparison {
  readonly name: RatioName;
  readonly what: string;
  readonly unit: string;
  readonly otherName: string;
  readonly better: 'lower' | 'higher';
  readonly samples: (results: Results) => Versus | undefined;
  readonly target: (otherMedian: number) => Target | undefined;
}

const atMost = (value: number): Target => ({ bound: 'at most', value });
const shareTarget = (bare: number) => atMost(1 + Math.max(ownShare, ownShareMs / bare));

const comparisons: readonly Comparison[] = [
  {
    name: 'startToRoot',
    what: 'start to root mounted',
    unit: 'ms',
    otherName: 'bare',
    better: 'lower',
    samples: ({ start }) => start?.root,
    target: shareTarget,
  },
  {
    name: 'startToReady',
    what: 'start to ready',
    unit: 'ms',
    otherName: 'bare',
    better: 'lower',
    samples: ({ start }) => start?.ready,
    target: shareTarget,
  },
  {
    name: 'fleet20',
    what: '20 guests to ready',
    unit: 'ms',
    otherName: 'bare loop',
    better: 'lower',
    samples: ({ fleet }) => fleet?.ready,
    target: () => atMost(1.25),
  },
  {
    name: 'tailoredReady',
    what: 'Debian, tailored, to ready',
    unit: 'ms',
    otherName: 'untailored',
    better: 'lower',
    samples: ({ tailored }) => tailored?.ready,
    target: () => atMost(0.5),
  },
  {
    name: 'write',
    what: 'write 200 MiB and fsync',
    unit: 'MB/s',
    otherName: 'by hand',
    better: 'higher',
    samples: ({ disk }) => disk?.write,
    target: () => ({ bound: 'at least', value: 5 }),
  },
  {
    name: 'read',
    what: 'read 200 MiB',
    unit: 'MB/s',
    otherName: 'by hand',
    better: 'higher',
    samples: ({ disk }) => disk?.read,
    target: () => undefined,
  },
];

/** The comparisons, measured or not. */
export function ratioRows(results: Results): readonly RatioRow[] {
  return comparisons.map(({ name, what, unit, otherName, better, samples, target }) => {
    const { umlnfs, other } = samples(results) ?? none;
    const [ours, theirs] = [median(umlnfs), median(other)];
    return {
      name,
      what,
      unit,
      umlnfs: ours,
      other: { name: otherName, value: theirs },
      ratio: ours / theirs,
      target: Number.isNaN(theirs) ? target(Number.POSITIVE_INFINITY) : target(theirs),
      better,
    };
  });
}

/** The figures that are compared with nothing. */
export function figureRows(results: Results): readonly Row[] {
  const { reaction, footprint } = results;
  const figure = (name: string, what: string, unit: string, umlnfs: number, target?: Target): Row => ({
    name,
    what,
    unit,
    umlnfs,
    other: undefined,
    ratio: undefined,
    target,
  });
  const reactions = [...(reaction?.added ?? []), ...(reaction?.removed ?? [])];
  const idle = `${footprint?.guests ?? 20} idle guests`;
  return [
    figure('reactionMs', 'file change to first action', 'ms', median(reactions), {
      bound: 'below',
      value: 1000,
    }),
    figure('daemonRssMiB', `daemon's memory, ${idle}`, 'MiB', footprint?.rssMiB ?? Number.NaN),
    figure(
      'daemonIdleCpuPercent',
      `daemon's processor time, ${idle}`,
      '%',
      footprint?.cpuPercent ?? Number.NaN,
    ),
  ];
}

/** Undefined where there is no target, or nothing was measured. */
export function met(row: Row): boolean | undefined {
  const value = row.ratio ?? row.umlnfs;
  if (row.target === undefined || Number.isNaN(value)) return undefined;
  const { bound, value: limit } = row.target;
  if (bound === 'at least') return value >= limit;
  return bound === 'at most' ? value <= limit : value < limit;
}

export function targetText(target: Target | undefined): string {
  if (target === undefined) return '-';
  const sign = { 'at most': '<=', 'at least': '>=', below: '<' }[target.bound];
  return `${sign} ${Number(target.value.toFixed(2))}`;
}
