import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from '../../../../src/adapters/ssh/quote.ts';

it.each(["it's", '$(reboot)', '`reboot`', 'a\nb', '\\', '"', "''", '-n', ' ', '', 'ä*?~!'])(
  'is one word for sh: %s',
  (text) => {
    const script = `printf '%s' ${shellWord(text)}`;
    expect(execFileSync('/bin/sh', ['-c', script]).toString()).toBe(text);
  },
);

it('refuses what no word can hold', () => {
  expect(() => shellWord('a\0b')).toThrow('zero byte');
});
