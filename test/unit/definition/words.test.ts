import { describe, expect, it } from 'vitest';
import { splitWords, unquote } from '../../../src/definition/words.ts';

describe('unquote', () => {
  it.each([
    ['a b', 'a b'],
    ['"a b"', 'a b'],
    ['"a \\"b\\" \\\\"', 'a "b" \\'],
    ['a\\;b\\#c', 'a;b#c'],
    ['a "b"', 'a "b"'],
    ['""', ''],
  ])('%j is %j', (value, text) => expect(unquote(value)).toBe(text));

  it.each(['"a', '"a" b', '"a\\n"', '"a\\u000a"', '"'])('%j is nothing', (value) => {
    expect(unquote(value)).toBeUndefined();
  });
});

describe('splitWords', () => {
  it.each([
    ['a b\tc', ['a', 'b', 'c']],
    ['  a  ', ['a']],
    ['"a b" c="d', ['a b', 'c="d']],
    ['', []],
  ])('%j is %j', (value, words) => expect(splitWords(value)).toEqual(words));

  it.each(['"a', '"a"b', 'a "b'])('%j is nothing', (value) => expect(splitWords(value)).toBeUndefined());
});
