import { firstWords, secondWords } from '../cli/find-verb.ts';
import { globalOptions } from '../cli/options.ts';
import type { Options, Verb } from '../cli/verb.ts';
import { groups, verbs } from '../cli/verbs.ts';
import { guestNames } from './guest-names.ts';
import { kernelNames } from './kernel-names.ts';
import { rootNames } from './root-names.ts';

/** Completion for bash, without the functions of bash-completion, which need not be loaded. */
export function bashCompletion(): string {
  return `# bash completion for umlnfs; made from its table of verbs.
${guestNames}
${kernelNames}
${rootNames}
_umlnfs() {
    local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} bus=\${UMLNFS_BUS-}
    COMPREPLY=()
    # Readline takes --option=value for three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if [[ $COMP_LINE =~ [[:space:]]--bus[=[:space:]]([^[:space:]]+)[[:space:]] ]]; then
        bus=\${BASH_REMATCH[1]}
    fi
    if ((COMP_CWORD == 1)); then
        _umlnfs_words ${[...firstWords(), ...optionWords(globalOptions)].join(' ')}
        return
    fi
    local verb=\${COMP_WORDS[1]} second
    second=$(_umlnfs_second "$verb")
    if [[ -n $second ]]; then
        if ((COMP_CWORD == 2)); then
            _umlnfs_words "$second" --help
            return
        fi
        verb+=" \${COMP_WORDS[2]}"
    fi
    case $verb:$previous in
${verbs.map(valueCases).join('')}    esac
    case $verb in
${verbs.map(verbCase).join('')}    esac
}

# Prints the second words of verbs that begin with $1.
_umlnfs_second() {
    case $1 in
${Object.keys(groups).map(secondCase).join('')}    esac
}

# Offers those of the words that begin with what is typed.
_umlnfs_words() {
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
    [[ \${COMPREPLY[*]} != *= ]] || compopt -o nospace
}

# Offers the guests that begin with what is typed. Readline takes lab:01 for three words, and replaces the last.
_umlnfs_guest_words() {
    local typed=\${COMP_LINE:0:COMP_POINT}
    typed=\${typed##*[[:space:]]}
    mapfile -t COMPREPLY < <(compgen -W "$(_umlnfs_guests "$1")" -- "$typed")
    if [[ $typed == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local before=\${typed%"\${typed##*:}"}
        COMPREPLY=("\${COMPREPLY[@]#"$before"}")
    fi
}

_umlnfs_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$@" -- "$current")
}

complete -F _umlnfs umlnfs
`;
}

function secondCase(group: string): string {
  return `        ${group}) echo ${secondWords(group).join(' ')} ;;\n`;
}

function optionWords(options: Options): string[] {
  return Object.entries(options).flatMap(([name, { short, type }]) => [
    ...(short === undefined ? [] : [`-${short}`]),
    type === 'string' ? `--${name}=` : `--${name}`,
  ]);
}

/** After an option that takes a value. */
function valueCases({ name: verb, options }: Verb): string {
  return Object.entries(options)
    .filter(([, { type }]) => type === 'string')
    .map(([name, { short, value }]) => {
      const words = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
      const forms = words.map((word) => `'${verb}:${word}'`).join(' | ');
      return `        ${forms}) ${valueAction(value)}return ;;\n`;
    })
    .join('');
}

function valueAction(value = ''): string {
  if (value === 'DIRECTORY') return '_umlnfs_files -d; ';
  if (value === 'FILE' || value === 'TREE') return '_umlnfs_files -f; ';
  if (value === 'ADDRESS') return '_umlnfs_words system unix:path=; ';
  return '';
}

function verbCase({ name, operands, options }: Verb): string {
  const words = [...optionWords(options), '--help'];
  return `        '${name}')
            if [[ $current == -* ]]; then
                _umlnfs_words ${words.join(' ')}
            else
                ${operandAction(operands.kind)}
            fi
            ;;
`;
}

function operandAction(kind: Verb['operands']['kind']): string {
  switch (kind) {
    case 'guest':
      return '_umlnfs_guest_words "$bus"';
    case 'file':
      return '_umlnfs_files -f';
    case 'root':
      return '_umlnfs_files -d -W "$(_umlnfs_guests "$bus"; _umlnfs_roots)"';
    case 'kernel':
      return '_umlnfs_files -f -W "$(_umlnfs_kernels)"';
    case 'verb':
      return `if ((COMP_CWORD == 2)); then _umlnfs_words ${firstWords().join(' ')}; else _umlnfs_words "$(_umlnfs_second "$previous")"; fi`;
    case 'none':
      return ':';
  }
}
