import { guestTable } from '../definition/guest-table.ts';
import { hostTable } from '../definition/host-table.ts';
import { specifiers } from '../definition/template/specifiers.ts';
import { templateTable } from '../definition/template/table.ts';
import { version } from '../model/version.ts';
import { commonOptionEntries, daemonOptionEntries, exitCodeEntries, verbEntries } from './commands.ts';
import { errorEntries, interfaceSections } from './dbus.ts';
import { tableSections } from './keys.ts';
import { bold, entry, prose } from './roff.ts';
import { fill, type Insert } from './template.ts';

/** The pages of the manual, `NAME.SECTION`; the template of each is `docs/man/NAME.SECTION.in`. */
export const pageNames = [
  'umlnfs.1',
  'umlnfsd.8',
  'umlnfs.conf.5',
  'umlnfs-guest.5',
  'org.umlnfs1.5',
  'umlnfs@.service.8',
] as const;

const tables = { guest: guestTable, host: hostTable, template: templateTable };

const inserts: Readonly<Record<string, Insert>> = {
  version: () => version,
  keys: (name) => tableSections(tables[name as keyof typeof tables]),
  specifiers: () => specifiers.map(([name, doc]) => entry(bold(name), [prose(doc)])).join('\n'),
  verbs: verbEntries,
  'common-options': commonOptionEntries,
  'daemon-options': daemonOptionEntries,
  'exit-codes': exitCodeEntries,
  interfaces: interfaceSections,
  errors: errorEntries,
};

/** A page from its template. */
export function page(template: string): string {
  return fill(template, inserts);
}
