import type { Results } from '../results.ts';
import { figureRows, met, type RatioRow, type Row, ratioRows, targetText } from './rows.ts';
import { significant } from './statistics.ts';

const width = 760;
const labelWidth = 240;
const valueWidth = 180;
const rowHeight = 44;
const barHeight = 18;
const colours = { met: '#0072b2', missed: '#d55e00', plain: '#7f7f7f', target: '#000000', grid: '#d9d9d9' };

/** A chart of the ratios as bars, each with its target marked: those below 1 are better first, then the others. */
export function resultSvg(results: Results): string {
  const rows = ratioRows(results);
  const parts: string[] = [];
  let y = 30;
  parts.push(text(20, y, 'umlnfs compared with the bare command line', 'font-size="17" font-weight="bold"'));
  for (const better of ['lower', 'higher'] as const) {
    const drawn = panel(
      rows.filter((row) => row.better === better),
      better === 'lower' ? 'time, lower is better' : 'rate, higher is better',
      y + 34,
    );
    parts.push(drawn.svg);
    y = drawn.end;
  }
  for (const line of notes(results)) {
    y += 20;
    parts.push(text(20, y, line, 'font-size="12" fill="#444444"'));
  }
  const height = y + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** Rows on one axis from 0, with the place marked where both sides are the same. */
function panel(rows: readonly RatioRow[], title: string, top: number): { svg: string; end: number } {
  const values = rows.flatMap(({ ratio, target }) => [ratio, target?.value ?? 0]).filter(Number.isFinite);
  const step = niceStep(Math.max(1, ...values) * 1.08);
  const end = Math.ceil((Math.max(1, ...values) * 1.08) / step) * step;
  const left = 20 + labelWidth;
  const right = width - valueWidth;
  const x = (value: number) => significant(left + ((right - left) * value) / end, 6);
  const first = top + 12;
  const bottom = first + rows.length * rowHeight;
  const svg: string[] = [text(20, top, `Ratio (${title})`, 'font-weight="bold"')];
  for (let index = 0; index * step <= end + step / 2; index += 1) {
    const value = significant(index * step, 6);
    const at = x(value);
    svg.push(
      `<line x1="${at}" y1="${first}" x2="${at}" y2="${bottom}" stroke="${colours.grid}"/>`,
      text(at, bottom + 16, String(value), 'text-anchor="middle" font-size="11" fill="#444444"'),
    );
  }
  for (const [index, row] of rows.entries()) svg.push(bar(row, first + index * rowHeight, left, x));
  svg.push(
    `<line x1="${x(1)}" y1="${first}" x2="${x(1)}" y2="${bottom}" stroke="#555555" stroke-dasharray="4 3"/>`,
  );
  return { svg: svg.join('\n'), end: bottom + 24 };
}

function bar(row: RatioRow, top: number, left: number, x: (value: number) => number): string {
  const { name, what, other, ratio, target } = row;
  const middle = top + rowHeight / 2;
  const barTop = middle - barHeight / 2;
  const svg = [
    text(20, middle - 3, name),
    text(20, middle + 12, `${what}; ${other?.name ?? ''} = 1`, 'font-size="11" fill="#555555"'),
  ];
  if (Number.isFinite(ratio)) {
    const verdict = met(row);
    const colour = verdict === undefined ? colours.plain : verdict ? colours.met : colours.missed;
    const length = significant(x(ratio) - left, 6);
    svg.push(`<rect x="${left}" y="${barTop}" width="${length}" height="${barHeight}" fill="${colour}"/>`);
  }
  if (target !== undefined && Number.isFinite(target.value)) {
    const at = x(target.value);
    // The white edge keeps it apart from a bar behind it.
    svg.push(
      `<rect x="${significant(at - 2, 6)}" y="${barTop - 6}" width="4" height="${barHeight + 12}" fill="${colours.target}" stroke="#ffffff"/>`,
    );
  }
  svg.push(text(width - valueWidth + 14, middle + 4, valueText(row)));
  return svg.join('\n');
}

function valueText(row: RatioRow): string {
  if (!Number.isFinite(row.ratio)) return 'not measured';
  return `${row.ratio.toFixed(2)}${row.target === undefined ? '' : ` (${verdictText(row)})`}`;
}

function verdictText(row: Row): string {
  const target = targetText(row.target).replace('<=', '≤').replace('>=', '≥');
  return `target ${target}${met(row) === false ? ', missed' : ''}`;
}

/** 1, 2 or 5 times a power of ten, for about five steps up to `end`. */
function niceStep(end: number): number {
  const rough = end / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10;
  return factor * power;
}

function notes(results: Results): string[] {
  const figures = figureRows(results)
    .filter(({ umlnfs }) => Number.isFinite(umlnfs))
    .map((row) => {
      const { what, umlnfs, unit, target } = row;
      const bound = target === undefined ? '' : ` (${verdictText(row)})`;
      return `${what}: ${significant(umlnfs)} ${unit}${bound}`;
    });
  const { guestKernel, kernel, node, cpus } = results.environment;
  return [
    'Black marks are targets; the dashed line is the side umlnfs is compared with.',
    ...figures,
    `Guest kernel ${guestKernel} on ${kernel}, ${cpus} processors, Node.js ${node}`,
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
