import { expect, test } from 'vitest';
import { entry, escapeText, prose } from '../../../src/manual/roff.ts';

test.each([
  ['a-b', 'a\\-b'],
  ['C:\\x', 'C:\\ex'],
  ["'quoted' at the start", '\\(aqquoted\\(aq at the start'],
  ['.so /etc/passwd', '\\&.so /etc/passwd'],
  ['one\n.so two', 'one .so two'],
  ['NAME…', 'NAME\\&.\\|.\\|.'],
  ['naïve', 'na\\[u00EF]ve'],
])('%j is shown as it is', (text, roff) => {
  expect(escapeText(text)).toBe(roff);
});

test('keys, options and pages are bold in running text', () => {
  expect(prose('Retries= with --json, see nfs(5).')).toBe(
    '\\fBRetries=\\fP with \\fB\\-\\-json\\fP, see \\fBnfs\\fP(5).',
  );
});

test('what only looks like a key is not', () => {
  expect(prose('writes READY=1 to ip=<client-ip>')).toBe('writes READY=1 to ip=<client\\-ip>');
});

test('a paragraph that is empty is left out of an entry', () => {
  expect(entry('tag', ['one', '', 'two'])).toBe('.TP\ntag\none\n.IP\ntwo');
});
