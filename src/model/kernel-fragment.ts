import type { KernelConfig } from './kernel-config.ts';
import { transportsOf } from './kernel-config.ts';
import { assessOptions } from './kernel-options.ts';

/** A line of a configuration: `y`, `m` or another value; `n` for one that is not set. */
export interface Request {
  readonly option: string;
  readonly value: string;
}

/** What a fragment of a kernel configuration asks for; of several lines for one option the last counts. */
export function parseFragment(text: string): Request[] {
  const requests = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, unset, option = unset, value = 'n'] =
      /^\s*(?:# (CONFIG_\w+) is not set|(CONFIG_\w+)=(.*?))\s*$/.exec(line) ?? [];
    if (option !== undefined) requests.set(option, value);
  }
  return [...requests].map(([option, value]) => ({ option, value }));
}

/**
 * What was asked for and is not in a configuration: `olddefconfig` drops without a word what a tree does not have or
 * whose dependencies are not met. Built in where a module was asked for is no loss.
 */
export function dropped(requests: readonly Request[], config: KernelConfig): Request[] {
  return requests.filter(({ option, value }) => {
    const got = config.get(option) ?? 'n';
    return got !== value && !(value === 'm' && got === 'y');
  });
}

/** The options without which a kernel that umlnfs builds would not do all it should. */
export function lacking(config: KernelConfig): string[] {
  const network = transportsOf(config).length > 0;
  return assessOptions(config)
    .filter(
      ({ presence, option, inverse }) =>
        presence !== 'present' &&
        // Somebody may want it off; only what is missing from the tree is an error.
        inverse !== true &&
        !(network && option.startsWith('CONFIG_UML_NET_')),
    )
    .map(({ option }) => option);
}

/** `CONFIG_X=y`, as it is written in a fragment. */
export function formatRequest({ option, value }: Request): string {
  return value === 'n' ? `# ${option} is not set` : `${option}=${value}`;
}
