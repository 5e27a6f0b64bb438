import { basename } from 'node:path';
import { hostId } from '../daemon/definitions.ts';
import { nextCatalog } from '../definition/catalog.ts';
import type { Host } from '../definition/guest.ts';
import { rootsNamed } from '../definition/root-users.ts';
import { definitionsInUse, realPathOf, refuseUnread, withRealPaths } from './definitions-in-use.ts';

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
  const definitions = await definitionsInUse(configDir);
  const { loaded } = definitions;
  const { host } = nextCatalog(undefined, loaded, await hostId());
  const named = await withRealPaths(rootsNamed(loaded));
  return {
    host,
    defined: new Set(loaded.guests.keys()),
    roots: named.map(({ path }) => path),
    usersOf: async (path) => {
      refuseUnread('roots', definitions);
      const template = loaded.templates?.find(
        ({ broken, name }) => broken && basename(path).startsWith(`${name.slice(0, -1)}-`),
      );
      // Which guests it stands for cannot be told.
      if (template !== undefined) return [{ guest: template.name, file: template.file }];
      const wanted = await realPathOf(path);
      return named.filter((one) => one.real === wanted).map(({ guest, file }) => ({ guest, file }));
    },
  };
}
