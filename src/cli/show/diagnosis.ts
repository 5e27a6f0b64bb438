import type { Diagnosis, Level } from '../../model/doctor/diagnosis.ts';

const colours: Readonly<Record<Level, number>> = { ok: 32, warning: 33, failure: 31 };
const width = 'warning'.length;

/** A line, and one more with the command that mends it. */
export function diagnosisText({ item, level, text, mend }: Diagnosis, coloured: boolean): string {
  const word = level.padEnd(width);
  const shown = coloured ? `\u001b[${colours[level]}m${word}\u001b[0m` : word;
  const line = `${shown}  ${item}: ${text}\n`;
  return mend === undefined ? line : `${line}${' '.repeat(width)}  -> ${mend}\n`;
}

/** How many there are of each kind, in a line. */
export function summary(all: readonly Diagnosis[]): string {
  const count = (level: Level) => all.filter((one) => one.level === level).length;
  const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count('ok')} ok, ${plural(count('warning'), 'warning')}, ${plural(count('failure'), 'failure')}\n`;
}
