/** The texts of exports(5): export tables, and the etab that exportfs keeps. */

export interface ExportEntry {
  readonly path: string;
  /** `*` for everyone. */
  readonly client: string;
  readonly options: readonly string[];
}

/** An entry of umlnfs's own file. */
export interface OwnEntry extends ExportEntry {
  readonly guest: string;
}

const ownHeading = `# made by umlnfs, which keeps it in step with its guests' definitions: changes are lost.\n`;
const guestComment = '# guest ';

/** Bytes that would end or begin something are written in octal, as exports(5) allows. */
export function escapePath(path: string): string {
  let text = '';
  for (const byte of Buffer.from(path)) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9/._+@=~-]/.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

export function unescapePath(text: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  const plain = bytes.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(plain, 'latin1').toString('utf8');
}

/** No space between client and bracket: that would export to everyone. */
export function formatEntry(entry: ExportEntry): string {
  return `${escapePath(entry.path)} ${entry.client}(${entry.options.join(',')})`;
}

export function formatOwn(entries: readonly OwnEntry[]): string {
  const lines = entries.map((entry) => `${guestComment}${entry.guest}\n${formatEntry(entry)}\n`);
  return `${ownHeading}${lines.join('')}`;
}

/** The entries of our own file; what somebody wrote into it is not ours, and is dropped. */
export function parseOwn(text: string): OwnEntry[] {
  const entries: OwnEntry[] = [];
  let guest: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith(guestComment)) {
      guest = line.slice(guestComment.length);
      continue;
    }
    const [entry, ...more] = parseExports(line);
    if (guest !== undefined && entry !== undefined && more.length === 0) entries.push({ ...entry, guest });
    guest = undefined;
  }
  return entries;
}

/** The lines of etab: `PATH<tab>CLIENT(OPTIONS)`; lines of another form are left out. */
export function parseEtab(text: string): ExportEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\S+)\t(.+)\((.*)\)$/.exec(line);
    if (match === null) return [];
    const [, path = '', client = '', options = ''] = match;
    return [{ path: unescapePath(path), client, options: options.split(',') }];
  });
}

/** An export table as in exports(5). What cannot be read is left out: exportfs complains about it itself. */
export function parseExports(text: string): ExportEntry[] {
  return text.replace(/\\\n/g, ' ').split('\n').flatMap(parseLine);
}

function parseLine(line: string): ExportEntry[] {
  const words = wordsOf(line);
  const [path, ...clients] = words;
  if (path === undefined) return [];
  let defaults: readonly string[] = [];
  const entries: ExportEntry[] = [];
  for (const word of clients) {
    if (word.startsWith('-')) {
      defaults = split(word.slice(1));
      continue;
    }
    const match = /^([^(]*)(?:\((.*)\))?$/.exec(word);
    if (match === null) continue;
    const [, client = '', options = ''] = match;
    entries.push({
      path: unescapePath(path),
      client: client || '*',
      options: [...defaults, ...split(options)],
    });
  }
  // A path alone is exported to everyone.
  return entries.length > 0 ? entries : [{ path: unescapePath(path), client: '*', options: defaults }];
}

/** Words are separated by white space, quotes keep it, and `#` ends the line. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (const char of line) {
    if (char === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && char === '#') {
      break;
    } else if (!quoted && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function split(options: string): string[] {
  return options.split(',').filter((option) => option !== '');
}
