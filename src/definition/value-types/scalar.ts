import type { ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

const YES = ['yes', 'y', 'true', 't', 'on', '1'];
const NO = ['no', 'n', 'false', 'f', 'off', '0'];

/** systemd's spellings, in any case. */
export const boolean: ValueType<boolean> = {
  name: 'boolean',
  syntax: 'yes or no (or true, false, on, off, 1, 0)',
  parse(text) {
    const lower = text.toLowerCase();
    if (YES.includes(lower)) return true;
    if (NO.includes(lower)) return false;
    return refuse(text, this.syntax);
  },
  format: (value) => (value ? 'yes' : 'no'),
};

/** One of the words, spelled exactly so. */
export function enumeration<const W extends string>(...words: readonly W[]): ValueType<W> {
  const syntax = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return {
    name: words.join('|'),
    syntax,
    parse: (text) => words.find((word) => word === text) ?? refuse(text, syntax),
    format: (value) => value,
  };
}

/** A whole decimal number, both ends included. */
export function integer(least: number, most: number): ValueType<number> {
  const syntax = `a whole number from ${least} to ${most}`;
  return {
    name: 'integer',
    syntax,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : refuse(text, syntax);
    },
    format: String,
  };
}

const LONGEST_TEXT = 200;

/** A line for people. It is shown on terminals and in the journal, so nothing in it may move the cursor or hide text. */
export const text: ValueType<string> = {
  name: 'text',
  syntax: `a line of at most ${LONGEST_TEXT} characters`,
  parse(value) {
    if ([...value].length > LONGEST_TEXT) return refuse(value, this.syntax);
    // Controls, formatting (right-to-left marks and the like), line and paragraph separators, private use.
    if (/[\p{C}\p{Zl}\p{Zp}]/u.test(value))
      return refuse(value, this.syntax, 'it has characters that cannot be shown');
    if (value.includes('\\')) return refuse(value, this.syntax, 'it has a backslash');
    return value;
  },
  format: (value) => value,
};
