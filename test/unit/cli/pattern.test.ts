import { describe, expect, it } from 'vitest';
import { isPattern, matching } from '../../../src/cli/pattern.ts';

const guests = ['lab-01', 'lab:01', 'lab:02', 'lab:10', 'laboratory:01', 'web.1', 'web11'];

describe('patterns', () => {
  it.each([
    ['lab:*', ['lab:01', 'lab:02', 'lab:10']],
    ['lab@', ['lab:01', 'lab:02', 'lab:10']],
    ['lab:0?', ['lab:01', 'lab:02']],
    ['lab:0[!1]', ['lab:02']],
    ['lab:[0-1]0', ['lab:10']],
    ['*:01', ['lab:01', 'laboratory:01']],
    ['web.*', ['web.1']],
    ['*', guests],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, guests)).toEqual(expected);
  });

  it.each(['web.1', 'lab:01', 'nobody'])('%s is a name', (name) => {
    expect(isPattern(name)).toBe(false);
    expect(matching(name, guests)).toEqual([name]);
  });

  it.each(['nobody*', 'room@', '[z-a]', 'lab:[01', `${'lab'.repeat(20_000)}*`, 'lab:0.*('])(
    'that match nobody are an error: %.20s',
    (pattern) => {
      expect(() => matching(pattern, guests)).toThrow('no guest matches that');
    },
  );
});
