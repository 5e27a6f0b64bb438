/** One row of a key table: the grammar of a key, its default and its documentation in one place. */

/** How the text after `=` becomes a value. Throws {@link ValueError} with a cause a user can act on. */
export interface ValueType<T> {
  /** Short name for tables in the manual, e.g. `bytes`. */
  readonly name: string;
  /** What may be written, e.g. `a number with an optional K, M or G`. */
  readonly syntax: string;
  parse(text: string): T;
  /** The text that {@link parse} reads as this value. */
  format(value: T): string;
}

/** The value of a key cannot be read; the message is the cause alone (`"12x" is not a number`). */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/**
 * `list`: written again it adds; written empty it clears what came before (as systemd does). `lines`: so too, but one
 * value a line, since its values have spaces.
 */
export type Arity = 'one' | 'list' | 'lines';

export interface Key<T> {
  /** As written in the file, e.g. `Memory`. */
  readonly name: string;
  readonly type: ValueType<unknown>;
  readonly arity: Arity;
  /** Value without the key; `undefined` where it follows from other things, as `derived` says. */
  readonly fallback: T;
  /** How the value comes about where the file says nothing and `fallback` is undefined. */
  readonly derived?: string;
  /** Only one guest can have this value, so the host file cannot give a default for it. */
  readonly perGuest?: true;
  /** One or two sentences with units. */
  readonly doc: string;
  /** Where the rule comes from: kernel documentation, RFC, man page. */
  readonly source?: string;
}

export interface Section {
  readonly name: string;
  readonly doc: string;
  // biome-ignore lint/suspicious/noExplicitAny: rows of different value types share one table
  readonly keys: Readonly<Record<string, Key<any>>>;
}

export type Table = Readonly<Record<string, Section>>;

/** The settings a table describes: `settings.root.rsize` for key `RSize` of section `[Root]`. */
export type SettingsOf<T extends Table> = {
  readonly [S in keyof T]: {
    readonly [K in keyof T[S]['keys']]: T[S]['keys'][K] extends Key<infer V> ? V : never;
  };
};

type Extra = Pick<Key<unknown>, 'derived' | 'perGuest' | 'source'>;

/** A key with a constant default. */
export function key<T>(
  name: string,
  type: ValueType<T>,
  fallback: T,
  doc: string,
  extra: Extra = {},
): Key<T> {
  return { name, type, arity: 'one', fallback, doc, ...extra };
}

/** A key that may be absent; `extra.derived` says what holds then. */
export function optional<T>(
  name: string,
  type: ValueType<T>,
  doc: string,
  extra: Extra = {},
): Key<T | undefined> {
  return { name, type, arity: 'one', fallback: undefined, doc, ...extra };
}

/** A key that can be repeated and adds up, a value a line. */
export function lines<T>(
  name: string,
  type: ValueType<T>,
  doc: string,
  extra: Extra = {},
): Key<readonly T[]> {
  return { name, type, arity: 'lines', fallback: [], doc, ...extra };
}

/** A key that can be repeated and adds up. */
export function list<T>(name: string, type: ValueType<T>, doc: string, extra: Extra = {}): Key<readonly T[]> {
  return { name, type, arity: 'list', fallback: [], doc, ...extra };
}
