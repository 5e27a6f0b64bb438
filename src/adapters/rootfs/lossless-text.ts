/**
 * Bytes as text and back without loss: what is no UTF-8 in a guest's file stays as it was when the file is edited. As
 * Python's `surrogateescape` has it, such bytes become lone surrogates, which no other text has, and no terminal gets.
 */
import { isUtf8 } from 'node:buffer';

const newline = 0x0a;

export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    const next = end < 0 ? bytes.length : end + 1;
    const line = bytes.subarray(start, next);
    lines.push(isUtf8(line) ? line.toString('utf8') : escaped(line));
    start = next;
  }
  return lines.join('');
}

export function encodeText(text: string): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(
    // Split by a group: every other part is what that matched.
    parts.map((part, index) => (index % 2 === 1 ? unescaped(part) : Buffer.from(part, 'utf8'))),
  );
}

/** ASCII and lone surrogates: the low byte of each is what it stands for. */
function escaped(line: Buffer): string {
  return line
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
}

function unescaped(part: string): Buffer {
  return Buffer.from(Array.from(part, (unit) => unit.charCodeAt(0) - 0xdc00));
}
