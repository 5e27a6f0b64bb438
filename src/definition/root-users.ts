import { guestWanted } from '../model/guest-wanted.ts';
import { withNetworks } from './catalog.ts';
import { plainName } from './guest-name.ts';
import { networksOf } from './network.ts';
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
  const parsed = loaded.host === undefined ? defaultHost() : parseHost(loaded.host);
  const { host } = withNetworks(parsed.host, undefined, loaded);
  const networks = networksOf(host);
  return [...loaded.guests.values()].flatMap((source) => {
    const { guest } = parseGuest(source, parsed.guestDefaults);
    const network = guest && networks.get(guest.network.bridge);
    if (guest !== undefined && network !== undefined) {
      const { root } = guestWanted(host, network, guest, guest.guest.address, '');
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
