import { ValueError, type ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

const BYTE_UNITS = [
  ['T', 1024 ** 4],
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['K', 1024],
] as const;

/** Bytes; the suffixes are powers of 1024, as for systemd's MemoryMax=. */
export const bytes: ValueType<number> = {
  name: 'bytes',
  syntax: 'a whole number of bytes with an optional K, M, G or T',
  parse(text) {
    const match = /^(\d{1,15})([KMGT]?)$/i.exec(text);
    if (match === null) return refuse(text, this.syntax);
    const unit = BYTE_UNITS.find(([name]) => name === match[2]?.toUpperCase())?.[1] ?? 1;
    const value = Number(match[1]) * unit;
    return Number.isSafeInteger(value) ? value : refuse(text, this.syntax, 'it is too large');
  },
  format(value) {
    const unit = BYTE_UNITS.find(([, size]) => value >= size && value % size === 0);
    return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
  },
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As in systemd.time(7); M for months and smaller than a millisecond make no sense here. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  s: SECOND,
  sec: SECOND,
  second: SECOND,
  seconds: SECOND,
  m: MINUTE,
  min: MINUTE,
  minute: MINUTE,
  minutes: MINUTE,
  h: HOUR,
  hr: HOUR,
  hour: HOUR,
  hours: HOUR,
  d: DAY,
  day: DAY,
  days: DAY,
};

/** The longest delay a timer of Node takes, 2^31 - 1 ms; a longer one would fire at once. */
const LONGEST = 24 * DAY;

/** Milliseconds, from a time span of systemd. */
export const duration: ValueType<number> = {
  name: 'duration',
  syntax: 'a time span such as 5s, 500ms or 1min 30s (a number alone is seconds)',
  parse(text) {
    if (text === 'infinity') throw new ValueError('"infinity" is too long: the longest time is 24d');
    // Token by token: one expression for the whole could be made to backtrack for ever.
    const token = /(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]{0,7})\s*/y;
    let total = 0;
    do {
      const match = token.exec(text);
      const alone = match?.[0] === text;
      const unit = match?.[2] || (alone ? 's' : '');
      const size = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
      if (match === null || size === undefined) return refuse(text, this.syntax);
      total += Number(match[1]) * size;
    } while (token.lastIndex < text.length);
    if (total > LONGEST) return refuse(text, this.syntax, 'the longest time is 24d');
    return Math.round(total);
  },
  format(value) {
    if (value === 0) return '0';
    const parts: string[] = [];
    let rest = value;
    for (const [unit, size] of [
      ['d', DAY],
      ['h', HOUR],
      ['min', MINUTE],
      ['s', SECOND],
      ['ms', 1],
    ] as const) {
      const count = Math.floor(rest / size);
      if (count > 0) parts.push(`${count}${unit}`);
      rest -= count * size;
    }
    return parts.join(' ');
  },
};
