import { globalOptions } from '../cli/options.ts';
import type { Options, Verb } from '../cli/verb.ts';
import { verbs } from '../cli/verbs.ts';
import { guestNames } from './guest-names.ts';

/** Completion for zsh, in the form that compinit loads. */
export function zshCompletion(): string {
  return `#compdef umlnfs
# zsh completion for umlnfs; made from its table of verbs.
${guestNames}
_umlnfs_guest_names() {
    local -a names
    names=(\${(f)"$(_umlnfs_guests "\${opt_args[--bus]:-\${UMLNFS_BUS-}}")"})
    compadd -a names
}

_umlnfs_verbs() {
    local -a verbs
    verbs=(
${verbs.map(({ name, summary }) => `        ${quoted(`${name}:${summary}`)}\n`).join('')}    )
    _describe -t verbs verb verbs
}

_umlnfs() {
    local context state state_descr line
    local -A opt_args
    _arguments -C ${specs(globalOptions).join(' ')} '1:verb:_umlnfs_verbs' '*::operand:->operands'
    [[ $state == operands ]] || return
    case $words[1] in
${verbs.map(verbCase).join('')}    esac
}

_umlnfs "$@"
`;
}

function verbCase({ name, options, operands }: Verb): string {
  const all = [...specs(options), quoted(`--help[${globalOptions.help.doc}]`), ...operandSpec(operands)];
  return `        ${name}) _arguments -s ${all.join(' ')} ;;\n`;
}

function operandSpec({ kind, max }: Verb['operands']): string[] {
  if (kind === 'none') return [];
  const action = { guest: '_umlnfs_guest_names', file: '_files', verb: '_umlnfs_verbs' }[kind];
  return [quoted(`${max > 1 ? '*' : '1'}:${kind}:${action}`)];
}

function specs(options: Options): string[] {
  return Object.entries(options).flatMap(([name, { short, value, doc }]) => {
    const argument = value === undefined ? '' : `:${value}:${valueAction(value)}`;
    const text = `[${firstSentence(doc)}]`;
    const long = quoted(`--${name}${value === undefined ? '' : '='}${text}${argument}`);
    if (short === undefined) return [long];
    return [long, quoted(`-${short}${value === undefined ? '' : '+'}${text}${argument}`)];
  });
}

function valueAction(value: string): string {
  if (value === 'DIRECTORY') return '_directories';
  if (value === 'ADDRESS') return '(system unix\\:path=)';
  return ' ';
}

function firstSentence(doc: string): string {
  return (doc.split(/[.:](?: |$)/)[0] ?? '').replace(/[[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
