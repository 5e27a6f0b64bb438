import { UserError } from '../../model/error.ts';
import { type ToolResult, tool } from '../tool.ts';

/** For whoever needs ip(8) and has none. */
export const ipHint = 'install it with: apt-get install iproute2';

/**
 * Runs ip(8); a failure is the caller's to judge.
 * @param action what it is for, completing "cannot …"
 * @throws UserError where there is no ip
 */
export async function ip(action: string, args: readonly string[], input = ''): Promise<ToolResult> {
  const result = await tool('ip', args, { input });
  if (result === undefined) throw new UserError(action, 'there is no ip command', { hint: ipHint });
  return result;
}

/** One line of ip(8) for each command; the value is what went wrong with it, undefined where nothing did. */
export async function ipBatch(
  action: string,
  commands: readonly (readonly string[])[],
): Promise<readonly (string | undefined)[]> {
  if (commands.length === 0) return [];
  const input = commands.map((words) => `${words.map(word).join(' ')}\n`).join('');
  const { failed, stderr } = await ip(action, ['-force', '-batch', '-'], input);
  const causes = failedLines(stderr);
  if (failed && causes.size === 0) throw new UserError(action, lastLine(stderr));
  return commands.map((_, index) => causes.get(index + 1));
}

/** A line of `ip -batch` is split at white space and has quotes and comments of its own: nothing may mean any of it. */
function word(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]*$|^[-+]$/.test(text)) {
    throw new TypeError(`not a word for ip(8): ${JSON.stringify(text)}`);
  }
  return text;
}

/** What `ip -force -batch` says went wrong, by line number from 1. */
export function failedLines(stderr: string): ReadonlyMap<number, string> {
  const causes = new Map<number, string>();
  let said: string[] = [];
  for (const line of stderr.split('\n')) {
    const match = /^Command failed -:(\d+)$/.exec(line);
    if (match === null) {
      if (line !== '') said.push(line);
      continue;
    }
    causes.set(Number(match[1]), said.join('; ') || 'ip gave no reason');
    said = [];
  }
  return causes;
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
