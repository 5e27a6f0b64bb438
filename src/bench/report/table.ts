import type { Results } from '../results.ts';
import { figureRows, met, type Row, ratioRows, targetText } from './rows.ts';
import { median, significant } from './statistics.ts';

const titles = ['MEASURE', 'WHAT', 'UMLNFS', 'COMPARED WITH', 'RATIO', 'TARGET', 'MET'];

/** A line per measure under titles, then the daemon's own share of a start. */
export function resultTable(results: Results): string {
  const rows = [titles, ...[...ratioRows(results), ...figureRows(results)].map(cells)];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const share = shareLine(results);
  return `${[...lines, ...(share === undefined ? [] : ['', share])].join('\n')}\n`;
}

function cells(row: Row): string[] {
  const { name, what, unit, umlnfs, other, ratio } = row;
  const verdict = met(row);
  return [
    name,
    what,
    amount(umlnfs, unit),
    other === undefined ? '-' : `${amount(other.value, unit)} ${other.name}`,
    ratio === undefined || Number.isNaN(ratio) ? '-' : ratio.toFixed(2),
    targetText(row.target),
    verdict === undefined ? '-' : verdict ? 'yes' : 'no',
  ];
}

function amount(value: number, unit: string): string {
  return Number.isNaN(value) ? 'not measured' : `${significant(value)} ${unit}`;
}

function shareLine({ start }: Results): string | undefined {
  if (start === undefined) return undefined;
  const share = median(start.ready.umlnfs) - median(start.ready.other);
  const before = median(start.untilProcess);
  return `The daemon's own share of a start: ${share.toFixed(0)} ms, and ${before.toFixed(0)} ms of work until the guest's process exists.`;
}
