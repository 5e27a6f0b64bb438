/** From entries to typed values: what is common to guest and host files. */
import { messageOf } from '../model/error.ts';
import { isPlain, quote } from '../model/quote.ts';
import type { FileProblems } from './file-problems.ts';
import { type Key, type SettingsOf, type Table, ValueError } from './key.ts';
import type { Entry } from './scan.ts';
import type { Origin, Origins } from './source.ts';
import { suggest } from './suggest.ts';
import { splitWords, unquote } from './words.ts';

/** What was written, by `section.key`; later files change it. */
export interface Assigned {
  readonly values: ReadonlyMap<string, unknown>;
  readonly origins: Origins;
  /** What was written and could not be read, by `section.key`: its value is the one of before. */
  readonly failed?: ReadonlySet<string>;
}

export const NOTHING_ASSIGNED: Assigned = { values: new Map(), origins: new Map() };

export interface Row {
  /** `section.key` */
  readonly id: string;
  readonly section: string;
  readonly key: Key<unknown>;
}

/** All rows of a table. */
export function rowsOf(table: Table): Row[] {
  return Object.entries(table).flatMap(([sectionId, section]) =>
    Object.entries(section.keys).map(([keyId, key]) => ({
      id: `${sectionId}.${keyId}`,
      section: section.name,
      key,
    })),
  );
}

export function findRow(table: Table, section: string, name: string): Row | undefined {
  return rowsOf(table).find((row) => row.section === section && row.key.name === name);
}

/**
 * The values of the files before, changed by the entries of one file.
 *
 * @param problems of the file, to which those of the entries are added
 */
export function assign(
  table: Table,
  before: Assigned,
  entries: readonly Entry[],
  problems: FileProblems,
): Assigned {
  const values = new Map(before.values);
  const origins = new Map(before.origins);
  const failed = new Set(before.failed);
  const here = new Map<string, number>();
  /** Values of this file's own, which may grow; those of the files before are not ours to change. */
  const lists = new Map<string, unknown[]>();
  const rows = new Map(rowsOf(table).map((row) => [`${row.section}.${row.key.name}`, row]));

  for (const { section, key: name, value, line } of entries) {
    if (problems.giveUpAt(line)) break;
    const row = rows.get(`${section}.${name}`);
    if (row === undefined) {
      problems.error(line, unknownKey(table, section, name));
      continue;
    }
    const { id, key } = row;
    const earlier = here.get(id);
    if (earlier !== undefined && key.arity === 'one') {
      problems.warning(
        line,
        `cannot use ${name}= of line ${earlier}: it is written again here, and the last one counts`,
      );
    }
    here.set(id, line);
    const origin: Origin = { file: problems.file, line };
    if (value === '') {
      // Back to the table's default, also from what the host file or an earlier drop-in says.
      values.delete(id);
      lists.delete(id);
      origins.delete(id);
      if (key.arity !== 'one') values.set(id, []);
      continue;
    }
    const { parsed, causes } = parse(key, value);
    for (const cause of causes)
      problems.error(line, `cannot use ${name}=${isPlain(value) ? value : ''}: ${cause}`);
    if (causes.size > 0) {
      failed.add(id);
      continue;
    }
    origins.set(id, origin);
    if (key.arity === 'one') values.set(id, parsed[0]);
    else {
      const list = lists.get(id) ?? [...((values.get(id) as readonly unknown[] | undefined) ?? [])];
      for (const word of parsed) list.push(word);
      lists.set(id, list);
      values.set(id, list);
    }
  }
  return { values, origins, failed };
}

/** The words of a line, or why they cannot be used: of each that cannot, so that all come at once. */
function parse(key: Key<unknown>, value: string): { parsed: unknown[]; causes: ReadonlySet<string> } {
  const parsed: unknown[] = [];
  const causes = new Set<string>();
  const words = key.arity === 'list' ? splitWords(value) : unquoted(value);
  if (words === undefined) causes.add(`the quotes of ${quote(value)} do not match`);
  for (const word of words ?? []) {
    try {
      parsed.push(key.type.parse(word));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      causes.add(messageOf(error));
    }
  }
  return { parsed, causes };
}

function unquoted(value: string): string[] | undefined {
  const text = unquote(value);
  return text === undefined ? undefined : [text];
}

/** All values of a table: what was written, and the defaults for the rest. */
export function settingsOf<T extends Table>(table: T, assigned: Assigned): SettingsOf<T> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const [sectionId, section] of Object.entries(table)) {
    const values: Record<string, unknown> = {};
    for (const [keyId, key] of Object.entries(section.keys)) {
      const id = `${sectionId}.${keyId}`;
      values[keyId] = assigned.values.has(id) ? assigned.values.get(id) : key.fallback;
    }
    settings[sectionId] = values;
  }
  return settings as SettingsOf<T>;
}

function unknownKey(table: Table, section: string, name: string): string {
  const rows = rowsOf(table);
  const shown = `${isPlain(name) ? name : quote(name)}=`;
  const elsewhere = rows.filter((row) => row.key.name === name).map((row) => `[${row.section}]`);
  const near = suggest(
    name,
    rows.filter((row) => row.section === section).map((row) => row.key.name),
  );
  let advice = '';
  if (elsewhere.length > 0) advice = `; ${name}= belongs to ${elsewhere.join(' or ')}`;
  else if (near !== undefined) advice = `; did you mean ${near}=?`;
  return `cannot use ${shown}: [${section}] has no such key${advice}`;
}
