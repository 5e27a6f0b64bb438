import type { Results } from '../results.ts';
import { figureRows, met, type RatioRow, ratioRows, targetText } from './rows.ts';
import { significant } from './statistics.ts';

const width = 760;
const labelWidth = 190;
const valueWidth = 190;
const rowHeight = 34;
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
    const same = value === 1;
    svg.push(
      `<line x1="${at}" y1="${first}" x2="${at}" y2="${bottom}" stroke="${same ? '#7f7f7f' : colours.grid}"${same ? ' stroke-dasharray="4 3"' : ''}/>`,
      text(at, bottom + 16, String(value), 'text-anchor="middle" font-size="11" fill="#444444"'),
    );
  }
  for (const [index, row] of rows.entries()) svg.push(bar(row, first + index * rowHeight, left, x));
  return { svg: svg.join('\n'), end: bottom + 24 };
}

function bar(row: RatioRow, top: number, left: number, x: (value: number) => number): string {
  const { name, ratio, target } = row;
  const middle = top + rowHeight / 2;
  const barTop = middle - barHeight / 2;
  const svg = [text(20, middle + 4, name)];
  if (Number.isFinite(ratio)) {
    const verdict = met(row);
    const colour = verdict === undefined ? colours.plain : verdict ? colours.met : colours.missed;
    const length = significant(x(ratio) - left, 6);
    svg.push(`<rect x="${left}" y="${barTop}" width="${length}" height="${barHeight}" fill="${colour}"/>`);
  }
  if (target !== undefined && Number.isFinite(target.value)) {
    const at = x(target.value);
    svg.push(
      `<line x1="${at}" y1="${barTop - 5}" x2="${at}" y2="${barTop + barHeight + 5}" stroke="${colours.target}" stroke-width="2.5"/>`,
    );
  }
  svg.push(text(width - valueWidth + 14, middle + 4, valueText(row)));
  return svg.join('\n');
}

function valueText(row: RatioRow): string {
  if (!Number.isFinite(row.ratio)) return 'not measured';
  const verdict = met(row);
  const end = verdict === undefined ? '' : ` (target ${targetText(row.target)}${verdict ? '' : ', missed'})`;
  return `${row.ratio.toFixed(2)}${end}`;
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
    .map(({ what, umlnfs, unit }) => `${what}: ${significant(umlnfs)} ${unit}`);
  const { guestKernel, kernel, node, cpus } = results.environment;
  return [
    'Black marks are targets; the dashed line is the side umlnfs is compared with.',
    ...(figures.length === 0 ? [] : [figures.join(' · ')]),
    `Guest kernel ${guestKernel} on ${kernel}, ${cpus} processors, Node.js ${node}`,
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
