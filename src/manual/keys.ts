import type { Key, Section, Table } from '../definition/key.ts';
import { bold, entry, escapeText, heading, italic, prose } from './roff.ts';

/** A heading and an entry for each key, section by section. */
export function tableSections(table: Table): string {
  return Object.values(table).map(tableSection).join('\n');
}

function tableSection(section: Section): string {
  const keys = Object.values(section.keys);
  return [
    heading('SH', `[${section.name}] section`),
    prose(section.doc),
    ...keys.map((key) => keyEntry(key, keys)),
  ].join('\n');
}

function keyEntry(key: Key<unknown>, others: readonly Key<unknown>[]): string {
  const facts = [
    key.arity !== 'one'
      ? `${kind(key)} May be written more than once, which adds; an empty value clears what came before.`
      : kind(key),
    key.perGuest ? "Only in a guest's own definition." : '',
    ending(defaultOf(key)),
  ];
  const source = key.source === undefined ? '' : `See ${reference(key.source)}.`;
  const tag = bold(`${key.name}=`);
  if (others.filter(({ name }) => name === key.name).length > 1) throw new Error(`two keys ${key.name}`);
  return entry(tag, [prose(key.doc), [...facts.filter((fact) => fact !== ''), source].join('\n').trim()]);
}

function kind(key: Key<unknown>): string {
  const { syntax } = key.type;
  return `Takes ${prose(key.arity === 'list' ? `${syntax}, or several separated by spaces` : syntax)}.`;
}

function defaultOf(key: Key<unknown>): string {
  if (key.fallback !== undefined && !Array.isArray(key.fallback)) return formatted(key);
  if (Array.isArray(key.fallback) && key.fallback.length > 0) return formatted(key);
  if (key.arity !== 'one') return 'Default: none';
  if (key.derived === undefined) return "Default: the kernel's own";
  const { derived } = key;
  return derived.startsWith('required') ? prose(`It is ${derived}`) : `Default: ${prose(derived)}`;
}

function formatted(key: Key<unknown>): string {
  const text = key.type.format(key.fallback as never);
  return text === '' ? 'Default: empty' : `Default: ${italic(text)}`;
}

function ending(text: string): string {
  return /[.]$/.test(text) ? text : `${text}.`;
}

function reference(source: string): string {
  return /^[\w.-]+\(\d\)/.test(source) ? prose(source) : escapeText(source);
}
