import { globalOptions } from '../cli/options.ts';
import type { Options, Verb } from '../cli/verb.ts';
import { verbs } from '../cli/verbs.ts';
import { guestNames } from './guest-names.ts';

/** Completion for bash, without the functions of bash-completion, which need not be loaded. */
export function bashCompletion(): string {
  return `# bash completion for umlnfs; made from its table of verbs.
${guestNames}
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
        _umlnfs_words ${[...verbNames(), ...optionWords(globalOptions)].join(' ')}
        return
    fi
    case \${COMP_WORDS[1]}:$previous in
${verbs.map(valueCases).join('')}    esac
    case \${COMP_WORDS[1]} in
${verbs.map(verbCase).join('')}    esac
}

# Offers those of the words that begin with what is typed.
_umlnfs_words() {
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
    [[ \${COMPREPLY[*]} != *= ]] || compopt -o nospace
}

_umlnfs_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$@" -- "$current")
}

complete -F _umlnfs umlnfs
`;
}

function verbNames(): string[] {
  return verbs.map(({ name }) => name);
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
      const forms = [`${verb}:--${name}`, ...(short === undefined ? [] : [`${verb}:-${short}`])].join(' | ');
      return `        ${forms}) ${valueAction(value)}return ;;\n`;
    })
    .join('');
}

function valueAction(value = ''): string {
  if (value === 'DIRECTORY') return '_umlnfs_files -d; ';
  if (value === 'ADDRESS') return '_umlnfs_words system unix:path=; ';
  return '';
}

function verbCase({ name, operands, options }: Verb): string {
  const words = [...optionWords(options), '--help'];
  return `        ${name})
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
      return '_umlnfs_words "$(_umlnfs_guests "$bus")"';
    case 'file':
      return '_umlnfs_files -f';
    case 'verb':
      return `_umlnfs_words ${verbNames().join(' ')}`;
    case 'none':
      return ':';
  }
}
