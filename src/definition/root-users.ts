import { guestWanted } from '../model/guest-wanted.ts';
import { plainName } from './guest-name.ts';
import { parseGuest } from './parse-guest.ts';
import { defaultHost, parseHost } from './parse-host.ts';
import { scan } from './scan.ts';
import type { GuestSource, Loaded, SourceFile } from './source.ts';
import { absolutePath } from './value-types/path.ts';

export interface RootNamed {
  readonly guest: string;
  readonly file: string;
  readonly path: string;
}

/**
 * The roots on this host that the definitions name. One that cannot be used may be right again in a moment: then
 * every directory that it could mean counts.
 */
export function rootsNamed(loaded: Loaded): RootNamed[] {
  const { host, guestDefaults } = loaded.host === undefined ? defaultHost() : parseHost(loaded.host);
  return [...loaded.guests.values()].flatMap((source) => {
    const { guest } = parseGuest(source, guestDefaults);
    if (guest !== undefined) {
      const { root } = guestWanted(host, guest, '');
      return root.local ? [{ guest: source.name, file: source.file, path: root.directory }] : [];
    }
    return possible(source, loaded.host).map((path) => ({
      guest: source.name,
      file: source.file,
      path: path ?? `${host.directories.export}/${plainName(source.name)}`,
    }));
  });
}

function possible(source: GuestSource, host: SourceFile | undefined): (string | undefined)[] {
  const files = host === undefined ? source.files : [host, ...source.files];
  const written = files.flatMap(({ text }) =>
    scan(text).entries.flatMap(({ section, key, value }) => {
      if (section !== 'Root' || key !== 'Directory') return [];
      try {
        return [absolutePath.parse(value)];
      } catch {
        return [];
      }
    }),
  );
  return [undefined, ...written];
}
