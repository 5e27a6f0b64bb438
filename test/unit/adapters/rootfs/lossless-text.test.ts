import { expect, test } from 'vitest';
import { decodeText, encodeText } from '../../../../src/adapters/rootfs/lossless-text.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['nothing', ''],
  ['every byte', String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))],
  ['Latin-1', '# M\xfcller\nlast'],
  ['UTF-8 and Latin-1', '\xef\xbb\xbf\xc3\xbc \xf0\x9f\x98\x80\n\xfc\n\xf0\x9f\x98\x80\n'],
  ['a half of a surrogate pair', '\xed\xb3\xbc\n'],
  ['U+FFFD', '\xef\xbf\xbd\n\xff\n'],
])('%s comes back as it was', (_, text) => {
  expect(encodeText(decodeText(bytes(text)))).toEqual(bytes(text));
});

test('UTF-8 is text like any other, line by line', () => {
  expect(decodeText(bytes('\xc3\xbc\n'))).toBe('\u00fc\n');
  expect(decodeText(bytes('\xc3\xbc\n\xfc\n'))).toBe('\u00fc\n\udcfc\n');
  expect(encodeText('\u00fc \u{1f600}\udcfc')).toEqual(bytes('\xc3\xbc \xf0\x9f\x98\x80\xfc'));
});
