/** Text as roff, in the macros of man(7). Everything here is ASCII, so that every locale shows it. */

const glyphs: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
  '…': '\\&.\\|.\\|.',
  '—': '\\(em',
  '–': '\\(en',
  '×': '\\(mu',
};

/** Plain text: nothing in it is an escape or, at the start of a line, a request. */
export function escapeText(text: string): string {
  const escaped = [...text.replace(/\s+/g, ' ')]
    .map((character) => {
      const glyph = glyphs[character];
      if (glyph !== undefined) return glyph;
      if (character < '\u007f') return character;
      return `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`;
    })
    .join('');
  return escaped.replace(/^(?=[.])/, '\\&');
}

export function bold(text: string): string {
  return `\\fB${escapeText(text)}\\fP`;
}

export function italic(text: string): string {
  return `\\fI${escapeText(text)}\\fP`;
}

// Keys (`Memory=`), options (`--json`) and pages (`nfs(5)`) in running text.
const marked = /(?<![\w<./-])(--[a-z][a-z-]*|[A-Z][A-Za-z]+=(?![\w<]))|([A-Za-z][\w.@-]*)\((\d)\)/g;

/** Running text, with keys, options and names of pages in bold. */
export function prose(text: string): string {
  let out = '';
  let end = 0;
  for (const match of text.matchAll(marked)) {
    out += escapeInside(text.slice(end, match.index), end === 0);
    const [whole, word, page, section] = match;
    out += word === undefined ? `${bold(page ?? '')}(${section})` : bold(word);
    end = match.index + whole.length;
  }
  return out + escapeInside(text.slice(end), end === 0);
}

function escapeInside(text: string, first: boolean): string {
  const escaped = escapeText(text);
  return first ? escaped : escaped.replace(/^\\&(?=\.)/, '');
}

/** A tagged paragraph; `tag` is roff, the paragraphs are too. */
export function entry(tag: string, paragraphs: readonly string[]): string {
  return ['.TP', tag, paragraphs.filter((text) => text !== '').join('\n.IP\n')].join('\n');
}

/** A heading; the quotes keep its words one argument. */
export function heading(macro: 'SH' | 'SS', text: string): string {
  return `.${macro} "${escapeText(text)}"`;
}

/** Entries one step further in. */
export function indented(entries: readonly string[]): string {
  return entries.length === 0 ? '' : ['.RS', ...entries, '.RE'].join('\n');
}
