/**
 * Pages are written by hand in the macros of man(7), with lines like `@keys guest@` where what the code knows is put
 * in. So neither a key, a verb, an option nor a member of an interface can be in one and not in the other.
 */

/** Gives the roff for `@NAME ARGUMENT@`. */
export type Insert = (argument: string) => string;

/**
 * The page with every insertion made.
 * @throws Error for an insertion that does not exist
 */
export function fill(template: string, inserts: Readonly<Record<string, Insert>>): string {
  const lines = template
    .split('\n')
    .map((line) => {
      const match = /^@([a-z-]+)(?: ([\w-]+))?@$/.exec(line);
      const [, name = '', argument = ''] = match ?? [];
      if (match === null) return line.replaceAll('@version@', () => inserts.version?.('') ?? '');
      const insert = Object.hasOwn(inserts, name) ? inserts[name] : undefined;
      if (insert === undefined) throw new Error(`cannot fill the page in: there is nothing called ${line}`);
      return insert(argument);
    })
    .join('\n');
  // Ragged, and without hyphens (register HY): paths and options stay whole.
  return lines.replace(/^(\.TH .*\n)/, '$1.nr HY 0\n.ad l\n').replace(/\n*$/, '\n');
}
