/**
 * The lines of a definition, in the grammar of systemd.syntax(7): `[Section]`, `Key=Value`, comment lines that
 * begin with # or ;, and a backslash at the end of a line that joins the next one with a space.
 *
 * This is not the `ini` library's decode() because that keeps no line numbers, no order and no repeated keys, and
 * takes what it does not understand in silence.
 */
import { quote } from '../model/quote.ts';

export interface Entry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** Line of the key, from 1. */
  readonly line: number;
}

export interface Fault {
  readonly line: number | undefined;
  /** The whole sentence, `cannot …: …`. */
  readonly message: string;
}

export interface Scan {
  readonly entries: readonly Entry[];
  /** Section headers in order, those without keys too. */
  readonly sections: readonly { readonly name: string; readonly line: number }[];
  readonly faults: readonly Fault[];
}

/** Characters of one line, and of all lines that backslashes join. */
export const LONGEST_LINE = 4096;
/** A file of garbage must not become a thousand messages. */
export const MOST_FAULTS = 50;

/** Never throws; the faults are at most {@link MOST_FAULTS} and one that says that there are more. */
export function scan(text: string): Scan {
  const entries: Entry[] = [];
  const sections: { name: string; line: number }[] = [];
  const faults = new Faults();
  let section: string | undefined;
  for (const { line, text: statement } of statements(unixLines(text, faults), faults)) {
    if (statement.startsWith('[')) {
      const name = /^\[([^[\]]*)\]$/.exec(statement)?.[1];
      if (name === undefined || name === '') {
        faults.add(
          line,
          `cannot read the section header ${quote(statement)}: it is not of the form [Section]`,
        );
        // The keys below it belong to no section that is known: one message is enough for all of them.
        section = '';
      } else {
        section = name;
        sections.push({ name, line });
      }
      continue;
    }
    const equals = statement.indexOf('=');
    const key = trimBlanks(statement.slice(0, equals));
    if (equals < 0)
      faults.add(line, `cannot read ${quote(statement)}: it is neither [Section] nor Key=Value`);
    else if (key === '') faults.add(line, `cannot read ${quote(statement)}: there is no key before the =`);
    else if (section === undefined) {
      faults.add(
        line,
        `cannot use ${quote(key)}: it stands before the first section; write [Guest] above it`,
      );
    } else if (section !== '')
      entries.push({ section, key, value: trimBlanks(statement.slice(equals + 1)), line });
  }
  return { entries, sections, faults: faults.all() };
}

/** A file from Windows has its fault in every line: said once, so that the others are seen as well. */
function unixLines(text: string, faults: Faults): string {
  const at = text.indexOf('\r\n');
  if (at < 0) return text;
  const line = text.slice(0, at).split('\n').length;
  faults.add(
    line,
    "cannot read the file: its lines end with CR LF as on Windows; convert it with sed -i 's/\\r$//'",
  );
  return text.replaceAll('\r\n', '\n');
}

interface Statement {
  readonly line: number;
  readonly text: string;
}

/** The lines that say something, continuations joined, surrounding white space gone. */
function* statements(text: string, faults: Faults): Generator<Statement> {
  let joined = '';
  let first = 0;
  let line = 0;
  let tooLong = false;
  // The last line ends there; it does not begin an empty one.
  for (const raw of text.replace(/\n$/, '').split('\n')) {
    line += 1;
    const problem = badCharacter(raw);
    if (problem !== undefined) {
      faults.add(line, problem);
      continue;
    }
    const trimmed = trimBlanks(raw);
    if (/^[#;]/.test(trimmed)) continue;
    if (first === 0) {
      if (trimmed === '') continue;
      first = line;
    }
    const continues = trimmed.endsWith('\\');
    if (!tooLong) joined += continues ? `${trimmed.slice(0, -1)} ` : trimmed;
    tooLong ||= raw.length > LONGEST_LINE || joined.length > LONGEST_LINE;
    if (continues) continue;
    if (tooLong) faults.add(first, `cannot read the line: it is longer than ${LONGEST_LINE} characters`);
    else if (trimBlanks(joined) !== '') yield { line: first, text: trimBlanks(joined) };
    joined = '';
    first = 0;
    tooLong = false;
  }
  if (first !== 0) {
    faults.add(
      first,
      'cannot read the line: the file ends after its backslash; the file is cut off, or the backslash is too much',
    );
  }
}

function badCharacter(raw: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const match = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\ufeff]/.exec(raw);
  if (match === null) return undefined;
  if (match[0] === '\ufeff')
    return 'cannot read the line: it has a byte order mark; save the file as UTF-8 without one';
  return `cannot read the line: it has a control character (${quote(match[0]).slice(1, -1)})`;
}

/** Spaces and tabs only, as systemd does; other white space of Unicode is part of a value, and refused there. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

class Faults {
  readonly #list: Fault[] = [];
  #more = 0;

  add(line: number, message: string): void {
    if (this.#list.length < MOST_FAULTS) this.#list.push({ line, message });
    else this.#more += 1;
  }

  all(): readonly Fault[] {
    if (this.#more === 0) return this.#list;
    return [...this.#list, { line: undefined, message: `cannot read ${this.#more} more lines of the file` }];
  }
}
