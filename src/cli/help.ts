import { exitCodes } from './exit-codes.ts';
import { verbsOf } from './find-verb.ts';
import { globalOptions } from './options.ts';
import type { Options, Verb } from './verb.ts';
import { groups, verbs } from './verbs.ts';

const width = 80;

/** Text in lines of at most {@link width} columns, each after the first indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  const column = Math.min(28, Math.max(...pairs.map(([left]) => left.length)) + 4);
  return pairs
    .map(([left, right]) => {
      const gap = left.length + 4 > column ? `\n${' '.repeat(column)}` : ' '.repeat(column - left.length - 2);
      return `  ${left}${gap}${wrap(right, column)}\n`;
    })
    .join('');
}

/** `-n, --lines=LINES` */
export function optionForm(name: string, option: Options[string]): string {
  const long = option.type === 'string' ? `--${name}=${option.value ?? 'VALUE'}` : `--${name}`;
  return option.short === undefined ? long : `-${option.short}, ${long}`;
}

function optionRows(options: Options): string {
  return rows(Object.entries(options).map(([name, option]) => [optionForm(name, option), option.doc]));
}

function verbRows(some: readonly Verb[]): string {
  return rows(some.map(({ name, synopsis, summary }) => [`${name} ${synopsis}`.trim(), summary]));
}

/** Of the verbs of two words that begin with this one. */
export function groupHelp(group: string): string {
  return `Usage: umlnfs ${group} VERB [OPTION…] [NAME…]

${wrap(groups[group] ?? '', 0)}

Verbs:
${verbRows(verbsOf(group))}
umlnfs ${group} VERB --help shows the options of a verb.
`;
}

export function generalHelp(): string {
  const list = verbRows(verbs);
  const codes = rows(Object.values(exitCodes).map(({ code, doc }) => [String(code), doc]));
  return `Usage: umlnfs VERB [OPTION…] [NAME…]

Shows and controls User Mode Linux guests that umlnfsd runs from NFS roots.

Verbs:
${list}
Options:
${optionRows(globalOptions)}
umlnfs VERB --help shows the options of a verb.

Exit status:
${codes}`;
}

export function verbHelp(verb: Verb): string {
  const usage = ['umlnfs', verb.name, Object.keys(verb.options).length > 0 ? '[OPTION…]' : '', verb.synopsis];
  const doc = verb.doc === undefined ? '' : `\n${wrap(verb.doc, 0)}\n`;
  const options = { ...verb.options, help: globalOptions.help };
  return `Usage: ${usage.filter((word) => word !== '').join(' ')}\n\n${wrap(verb.summary, 0)}\n${doc}\nOptions:\n${optionRows(options)}`;
}
