import { execa } from 'execa';
import { findRow } from '../definition/assign.ts';
import { FileProblems } from '../definition/file-problems.ts';
import { templateOf } from '../definition/guest-name.ts';
import { guestTable } from '../definition/guest-table.ts';
import { scan } from '../definition/scan.ts';
import type { Loaded } from '../definition/source.ts';
import { expandEntries } from '../definition/template/specifiers.ts';

/** The numeric ids of the users that the definitions name, as far as the host knows them. */
export async function lookUpUsers(loaded: Loaded): Promise<ReadonlyMap<string, number>> {
  const names = userNames(loaded);
  if (names.length === 0) return new Map();
  // getent asks what is configured (LDAP, systemd's), not only /etc/passwd; it fails where one of them is unknown.
  const { stdout } = await execa('getent', ['passwd', '--', ...names], {
    reject: false,
    timeout: 5000,
    stdin: 'ignore',
  });
  const users = new Map<string, number>();
  for (const line of String(stdout ?? '').split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && /^\d+$/.test(uid)) users.set(name, Number(uid));
  }
  return users;
}

function userNames(loaded: Loaded): string[] {
  const row = findRow(guestTable, 'Guest', 'User');
  const sources = [...loaded.guests.values()].flatMap(({ name, files }) =>
    files.map((file) => ({ ...file, guest: name })),
  );
  if (loaded.host !== undefined) sources.push({ ...loaded.host, guest: '' });
  const names = new Set<string>();
  for (const { path, text, guest } of sources.filter((source) => source.text.includes('User'))) {
    const written = scan(text).entries.filter(
      ({ section, key }) => section === row?.section && key === row.key.name,
    );
    // What is wrong with them is told by whoever reads the definition.
    const isInstance = templateOf(guest) !== undefined;
    const entries = isInstance ? expandEntries(written, guest, new FileProblems(path, guest)) : written;
    for (const { value } of entries) {
      const name = value.replace(/^"(.*)"$/, '$1');
      if (/^[A-Za-z_][A-Za-z0-9._-]{0,31}$/.test(name)) names.add(name);
    }
  }
  return [...names];
}
