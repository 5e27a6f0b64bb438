/** Quotes around values, as systemd allows them and as INI libraries write them. */
import { trimBlanks } from './scan.ts';

/**
 * A value without the double quotes around the whole of it. `\;` and `\#` are ; and #: INI libraries write them so,
 * and no value has a backslash.
 *
 * @returns undefined where the quotes do not match, or hold an escape other than `\"` and `\\`
 */
export function unquote(value: string): string | undefined {
  if (!value.startsWith('"')) return value.replace(/\\([;#])/g, '$1');
  const match = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value);
  return match?.[1]?.replace(/\\(["\\])/g, '$1');
}

/** The words of a list, separated by blanks; a word may stand in double quotes as a whole. */
export function splitWords(value: string): string[] | undefined {
  const words: string[] = [];
  const token = /("(?:[^"\\]|\\["\\])*"|[^" \t][^ \t]*)(?:[ \t]+|$)/y;
  const text = trimBlanks(value);
  while (token.lastIndex < text.length) {
    const raw = token.exec(text)?.[1];
    const word = raw === undefined ? undefined : unquote(raw);
    if (word === undefined) return undefined;
    words.push(word);
  }
  return words;
}
