import { expect, test } from 'vitest';
import { type Allowed, GuestText } from '../../../src/cli/guest-text.ts';

function filtered(allowed: Allowed, text: string | Uint8Array, size = Number.POSITIVE_INFINITY): string {
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
  const filter = new GuestText(allowed);
  let shown = '';
  for (let offset = 0; offset < bytes.length; offset += Math.min(size, bytes.length)) {
    shown += filter.push(bytes.subarray(offset, offset + Math.min(size, bytes.length)));
  }
  return shown + filter.end();
}

const cases: readonly [input: string, text: string, colour: string][] = [
  ['plain\ttext\r\n', 'plain\ttext\n', 'plain\ttext\n'],
  ['\u001b[1;31mred\u001b[0m', 'red', '\u001b[1;31mred\u001b[0m'],
  ['\u001b[32mleft on', 'left on', '\u001b[32mleft on\u001b[0m'],
  ['\u001b[2J\u001b[H\u001b[?25lgone', 'gone', 'gone'],
  ['\u001b]0;title\u0007a\u001b]52;c;ZXZpbA==\u001b\\b', 'ab', 'ab'],
  ['\u001bPq#0\u001b\\a\u001b_x\u001b\\b\u001b^x\u001b\\c\u001bXx\u001b\\d', 'abcd', 'abcd'],
  ['\u009b2Ja\u009d0;t\u0007b\u0090x\u001b\\c', 'abc', 'abc'],
  ['\u001b(B\u001b)0\u001b=\u001bcx', 'x', 'x'],
  ['a\u0000\u0007\b\u000b\u000c\u007f\u0085b', 'ab', 'ab'],
  ['a\u202eb\u2066c\u200bd', 'abcd', 'abcd'],
  // What is never ended swallows no more than its line.
  ['\u001b]0;no end\nnext', '\nnext', '\nnext'],
  ['\u001b[31\nnext', '\nnext', '\nnext'],
  ['a\u001b', 'a', 'a'],
  ['\u001b\u001b[31mx', 'x', '\u001b[31mx\u001b[0m'],
  ['\u001b[>4;2m\u001b[38:2:1:2:3mx', 'x', '\u001b[38:2:1:2:3mx\u001b[0m'],
  ['ünï→😀', 'ünï→😀', 'ünï→😀'],
];

test.each(cases)('%j as text and in colour, in one piece and byte by byte', (input, text, colour) => {
  for (const size of [Number.POSITIVE_INFINITY, 1, 3]) {
    expect(filtered('text', input, size)).toBe(text);
    expect(filtered('colour', input, size)).toBe(colour);
  }
});

test('a screen gets cursor movement, but no strings and no window operations', () => {
  const drawing = '\u001b[2J\u001b[3;4Hx\r\u0007\u001b[?1049h\u001b(0\u001b7\b';
  expect(filtered('screen', drawing, 1)).toBe(drawing);
  expect(
    filtered('screen', '\u001b]52;c;x\u0007\u001bP$q\u001b\\\u001b[21t\u001b_x\u001b\\ok\u009d0;x\u0007'),
  ).toBe('ok');
});

test('bytes that are no UTF-8 do no harm', () => {
  expect(filtered('text', Uint8Array.of(0x61, 0xff, 0xc3, 0x0a, 0x9b, 0x32, 0x4a))).toBe(
    'a\uFFFD\uFFFD\n\uFFFD2J',
  );
});

test('an endless sequence takes no memory and no time', () => {
  const filter = new GuestText('text');
  const piece = Buffer.from(`\u001b[${'1;'.repeat(30_000)}`);
  const strings = Buffer.from(`\u001b]${'x'.repeat(60_000)}`);
  for (let index = 0; index < 20; index += 1) {
    filter.push(piece);
    filter.push(strings);
  }
  expect(filter.push(Buffer.from('\nend'))).toBe('\nend');
});
