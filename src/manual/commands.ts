import { exitCodes } from '../cli/exit-codes.ts';
import { globalOptions } from '../cli/options.ts';
import type { Options, Verb } from '../cli/verb.ts';
import { verbs } from '../cli/verbs.ts';
import { daemonOptions } from '../daemon/options.ts';
import { bold, entry, escapeText, indented, italic, prose } from './roff.ts';

/** An entry for each verb, with the options that only it has. */
export function verbEntries(): string {
  return verbs.map(verbEntry).join('\n');
}

function verbEntry(verb: Verb): string {
  const words = [
    bold(verb.name),
    Object.keys(verb.options).length > 0 ? `[${italic('OPTION')}${escapeText('…')}]` : '',
    operands(verb.synopsis),
  ];
  const tag = words.filter((word) => word !== '').join(' ');
  const names = Object.entries(verb.options).filter(([name]) => isShared(name));
  const others = names.map(([name, { value }]) => bold(value === undefined ? `--${name}` : `--${name}=`));
  const taken = others.length === 0 ? '' : `Takes ${listed(others)} too, see below.`;
  const own = Object.fromEntries(Object.entries(verb.options).filter(([name]) => !isShared(name)));
  const paragraphs = [prose(verb.summary), verb.doc === undefined ? '' : prose(verb.doc), taken];
  return [entry(tag, paragraphs), indented(optionEntries(own))].filter((part) => part !== '').join('\n');
}

function isShared(option: string): boolean {
  return verbs.filter(({ options }) => Object.hasOwn(options, option)).length > 1;
}

function listed(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `[NAME…]` with the name in italics. */
function operands(synopsis: string): string {
  return synopsis
    .split(/([A-Z]+)/)
    .map((part) => (/^[A-Z]+$/.test(part) ? italic(part) : escapeText(part)))
    .join('');
}

function optionEntries(options: Options): string[] {
  return Object.entries(options).map(([name, option]) => {
    const long =
      option.value === undefined ? bold(`--${name}`) : `${bold(`--${name}=`)}${italic(option.value)}`;
    const tag = option.short === undefined ? long : `${bold(`-${option.short}`)}, ${long}`;
    return entry(tag, [prose(option.doc)]);
  });
}

/** The options of the command line as a whole, and those that several verbs have. */
export function commonOptionEntries(): string {
  const shared = verbs.flatMap(({ options }) => Object.entries(options)).filter(([name]) => isShared(name));
  return optionEntries({ ...globalOptions, ...Object.fromEntries(shared) }).join('\n');
}

export function daemonOptionEntries(): string {
  return optionEntries(daemonOptions).join('\n');
}

export function exitCodeEntries(): string {
  return Object.values(exitCodes)
    .map(({ code, doc }) => entry(bold(String(code)), [prose(doc)]))
    .join('\n');
}
