import { realpath } from 'node:fs/promises';
import { locations } from '../daemon/locations.ts';
import type { Loaded } from '../definition/source.ts';
import { UserError } from '../model/error.ts';
import type { Problem } from '../model/problem.ts';
import { loadDefinitions } from '../watch/load.ts';

export interface DefinitionsInUse {
  readonly loaded: Loaded;
  /** A file or directory that could not be read: what it names is not known. */
  readonly unread: Problem | undefined;
}

/** The definitions, for whoever must not take away what any of them names. */
export async function definitionsInUse(configDir: string | undefined): Promise<DefinitionsInUse> {
  const where = locations(configDir);
  const loaded = await loadDefinitions(where.directories, where.hostFile);
  const unread = [
    ...loaded.hostProblems,
    ...[...loaded.guests.values()].flatMap(({ problems }) => problems),
    ...(loaded.complete ? [] : loaded.problems),
  ].find(({ severity }) => severity === 'error');
  return { loaded, unread };
}

/** @throws UserError where it cannot be told which `things` are in use */
export function refuseUnread(things: string, { unread }: DefinitionsInUse): void {
  if (unread === undefined) return;
  throw new UserError(`tell which ${things} are in use`, `${unread.file}: ${unread.message}`, {
    hint: 'run it as root, or correct the file',
  });
}

/** By their real paths: a definition may name a link. */
export async function withRealPaths<T extends { readonly path: string }>(
  named: readonly T[],
): Promise<(T & { readonly real: string })[]> {
  return Promise.all(named.map(async (one) => ({ ...one, real: await realPathOf(one.path) })));
}

/** The path with its links resolved; as it is where there is nothing. */
export function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
