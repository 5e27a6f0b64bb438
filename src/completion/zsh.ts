import { firstWords, secondWords, verbsOf } from '../cli/find-verb.ts';
import { globalOptions } from '../cli/options.ts';
import type { Options, Verb } from '../cli/verb.ts';
import { groups, verbs } from '../cli/verbs.ts';
import { guestNames } from './guest-names.ts';
import { kernelNames } from './kernel-names.ts';
import { rootNames } from './root-names.ts';

const groupNames = Object.keys(groups);
const single = verbs.filter(({ name }) => !name.includes(' '));

/** Completion for zsh, in the form that compinit loads. */
export function zshCompletion(): string {
  return `#compdef umlnfs
# zsh completion for umlnfs; made from its table of verbs.
${guestNames}
${kernelNames}
${rootNames}
_umlnfs_kernel_names() {
    local -a names
    names=(\${(f)"$(_umlnfs_kernels)"})
    compadd -a names
}

_umlnfs_guest_names() {
    local -a names
    names=(\${(f)"$(_umlnfs_guests "\${opt_args[--bus]:-\${UMLNFS_BUS-}}")"})
    compadd -a names
}

_umlnfs_root_names() {
    local -a names
    names=(\${(f)"$(_umlnfs_guests "\${UMLNFS_BUS-}"; _umlnfs_roots)"})
    compadd -a names
    _directories
}

_umlnfs_verbs() {
    local -a verbs
    verbs=(
${described(firstWords().map((word) => [word, groups[word] ?? summaryOf(word)]))}    )
    _describe -t verbs verb verbs
}

_umlnfs_verb_words() {
    if (( CURRENT == 2 )); then
        _umlnfs_verbs
        return
    fi
    case $words[2] in
${groupNames.map((group) => `        ${group}) compadd ${secondWords(group).join(' ')} ;;\n`).join('')}    esac
}

${groupNames.map(groupFunction).join('\n')}
_umlnfs() {
    local context state state_descr line
    local -A opt_args
    _arguments -C ${specs(globalOptions).join(' ')} '1:verb:_umlnfs_verbs' '*::operand:->operands'
    [[ $state == operands ]] || return
    case $words[1] in
${single.map((verb) => verbCase(verb.name, verb)).join('')}${groupNames.map((group) => `        ${group}) _umlnfs_group_${group} ;;\n`).join('')}    esac
}

_umlnfs "$@"
`;
}

function described(words: readonly (readonly [string, string])[]): string {
  return words.map(([word, about]) => `        ${quoted(`${word}:${about}`)}\n`).join('');
}

function summaryOf(name: string): string {
  return verbs.find((verb) => verb.name === name)?.summary ?? '';
}

/** Completes what follows the first word of verbs of two. */
function groupFunction(group: string): string {
  const second = verbsOf(group).map((verb): [string, Verb] => [verb.name.slice(group.length + 1), verb]);
  return `_umlnfs_group_${group}() {
    local context state state_descr line
    local -a verbs
    verbs=(
${described(second.map(([word, { summary }]) => [word, summary]))}    )
    _arguments -C ${quoted(`--help[${globalOptions.help.doc}]`)} '1:verb:{_describe -t verbs verb verbs}' '*::operand:->operands'
    [[ $state == operands ]] || return
    case $words[1] in
${second.map(([word, verb]) => verbCase(word, verb)).join('')}    esac
}
`;
}

function verbCase(name: string, { options, operands }: Verb): string {
  const all = [...specs(options), quoted(`--help[${globalOptions.help.doc}]`), ...operandSpec(operands)];
  return `        ${name}) _arguments -s ${all.join(' ')} ;;\n`;
}

function operandSpec({ kind, max }: Verb['operands']): string[] {
  if (kind === 'none') return [];
  const action = {
    guest: '_umlnfs_guest_names',
    file: '_files',
    kernel: '_umlnfs_kernel_names',
    root: '_umlnfs_root_names',
    verb: '_umlnfs_verb_words',
  }[kind];
  return [quoted(`${max > 1 ? '*' : '1'}:${kind}:${action}`)];
}

function specs(options: Options): string[] {
  return Object.entries(options).flatMap(([name, { short, value, doc, many }]) => {
    const argument = value === undefined ? '' : `:${value}:${valueAction(value)}`;
    const text = `[${firstSentence(doc)}]`;
    const again = many === true ? '*' : '';
    const long = quoted(`${again}--${name}${value === undefined ? '' : '='}${text}${argument}`);
    if (short === undefined) return [long];
    return [long, quoted(`-${short}${value === undefined ? '' : '+'}${text}${argument}`)];
  });
}

function valueAction(value: string): string {
  if (value === 'DIRECTORY') return '_directories';
  if (value === 'FILE' || value === 'TREE') return '_files';
  if (value === 'ADDRESS') return '(system unix\\:path=)';
  return ' ';
}

function firstSentence(doc: string): string {
  return (doc.split(/[.:](?: |$)/)[0] ?? '').replace(/[[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
