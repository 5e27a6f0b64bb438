import { expect } from 'vitest';
import { ValueError, type ValueType } from '../../src/definition/key.ts';

/** Each text is read as the value beside it, and what is written for the value is read as the same. */
export function expectValues<T>(
  type: ValueType<T>,
  pairs: readonly (readonly [text: string, value: T])[],
): void {
  for (const [text, value] of pairs) {
    expect(type.parse(text), text).toEqual(value);
    expect(type.parse(type.format(value)), type.format(value)).toEqual(value);
  }
}

export function expectRefused(type: ValueType<unknown>, texts: readonly string[]): void {
  for (const text of texts) {
    expect(() => type.parse(text), JSON.stringify(text.slice(0, 80))).toThrow(ValueError);
  }
}

/** What no value but a line for people may have: it would be two words, an option, or a line of its own elsewhere. */
export const HOSTILE = [
  '',
  ' ',
  'a b',
  'a\tb',
  'a\nb',
  'a\u00a0b',
  'a\u2028b',
  'a"b',
  "a'b",
  'a\\b',
  'a`b',
  'a\0b',
  'a\u001b[2Jb',
  '\u202etxt',
  'ａｂｃ',
  'é',
  '../x',
  '$(id)',
  'x'.repeat(5000),
  '1'.repeat(5000),
  '/'.repeat(5000),
  '1 '.repeat(2500),
];

/** Names that every object of JavaScript has. */
export const INHERITED = ['__proto__', 'constructor', 'toString'];
