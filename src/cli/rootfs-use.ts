import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { hostId } from '../daemon/definitions.ts';
import { locations } from '../daemon/locations.ts';
import { nextCatalog } from '../definition/catalog.ts';
import type { Host } from '../definition/guest.ts';
import { rootsNamed } from '../definition/root-users.ts';
import { UserError } from '../model/error.ts';
import { loadDefinitions } from '../watch/load.ts';

export interface RootUser {
  readonly guest: string;
  readonly file: string;
}

export interface RootUse {
  readonly host: Host;
  /** How many definitions there are, good and bad. */
  readonly defined: ReadonlySet<string>;
  /** All directories that definitions have as roots. */
  readonly roots: readonly string[];
  /** The definitions whose guests have this directory as their root. @throws UserError where some cannot be read */
  usersOf(path: string): Promise<readonly RootUser[]>;
}

/** What the definitions say about roots. */
export async function rootUse(configDir: string | undefined): Promise<RootUse> {
  const where = locations(configDir);
  const loaded = await loadDefinitions(where.directories, where.hostFile);
  const { host } = nextCatalog(undefined, loaded, await hostId());
  const unread = [
    ...loaded.hostProblems,
    ...[...loaded.guests.values()].flatMap(({ problems }) => problems),
    ...(loaded.complete ? [] : loaded.problems),
  ].find(({ severity }) => severity === 'error');
  const named = await Promise.all(
    rootsNamed(loaded).map(async (one) => ({ ...one, real: await real(one.path) })),
  );
  return {
    host,
    defined: new Set(loaded.guests.keys()),
    roots: named.map(({ path }) => path),
    usersOf: async (path) => {
      if (unread !== undefined) {
        throw new UserError('tell which roots are in use', `${unread.file}: ${unread.message}`, {
          hint: 'run it as root, or correct the file',
        });
      }
      const template = loaded.templates?.find(
        ({ broken, name }) => broken && basename(path).startsWith(`${name.slice(0, -1)}-`),
      );
      // Which guests it stands for cannot be told.
      if (template !== undefined) return [{ guest: template.name, file: template.file }];
      const wanted = await real(path);
      return named.filter((one) => one.real === wanted).map(({ guest, file }) => ({ guest, file }));
    },
  };
}

function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
