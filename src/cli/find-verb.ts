import { UsageError, type Verb } from './verb.ts';
import { groups, verbs } from './verbs.ts';

/** What a command line begins with: a verb, or a group of which the help is asked for. */
export type Found =
  | { readonly kind: 'verb'; readonly verb: Verb; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly group: string };

/** @throws UsageError where there is no such verb */
export function findVerb([first = '', second, ...more]: readonly string[]): Found {
  if (!Object.hasOwn(groups, first)) {
    const verb = verbs.find(({ name }) => name === first);
    if (verb === undefined) throw new UsageError(`there is no verb ${first}; umlnfs --help lists them`);
    return { kind: 'verb', verb, rest: second === undefined ? [] : [second, ...more] };
  }
  if (second === '--help' || second === '-h') return { kind: 'group', group: first };
  const verb = verbs.find(({ name }) => name === `${first} ${second}`);
  if (verb !== undefined) return { kind: 'verb', verb, rest: more };
  const choice = `umlnfs ${first} ${secondWords(first).join('|')}`;
  if (second === undefined) throw new UsageError(`${first} needs one more word: ${choice}`);
  throw new UsageError(`there is no verb ${first} ${second}: ${choice}`);
}

/** In the order of the table, each once. */
export function firstWords(): string[] {
  return [...new Set(verbs.map(({ name }) => name.split(' ')[0] ?? name))];
}

export function verbsOf(group: string): Verb[] {
  return verbs.filter(({ name }) => name.startsWith(`${group} `));
}

export function secondWords(group: string): string[] {
  return verbsOf(group).map(({ name }) => name.slice(group.length + 1));
}
