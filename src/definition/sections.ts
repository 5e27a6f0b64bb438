import type { Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { networkTable } from './bridge-table.ts';
import { guestTable } from './guest-table.ts';
import { hostTable } from './host-table.ts';
import type { Table } from './key.ts';
import type { Scan } from './scan.ts';
import type { SourceFile } from './source.ts';
import { suggest } from './suggest.ts';
import { TEMPLATE_SECTION } from './template/table.ts';

function names(table: Table): string[] {
  return Object.values(table).map((section) => section.name);
}

export const guestSections: readonly string[] = names(guestTable);
export const hostSections: readonly string[] = names(hostTable);
export const networkSections: readonly string[] = names(networkTable);

/** A problem for each section that the file cannot have. */
export function unknownSections(
  source: SourceFile,
  scanned: Scan,
  allowed: readonly string[],
  guest: string | undefined,
): Problem[] {
  return scanned.sections
    .filter(({ name }) => !allowed.includes(name))
    .map(({ name, line }) => {
      const near = suggest(name, allowed);
      let advice = near === undefined ? `; there are ${allowed.join(', ')}` : `; did you mean [${near}]?`;
      if (hostSections.includes(name)) advice = '; it belongs into the host file, /etc/umlnfs.conf';
      if (networkSections.includes(name)) advice += ', or into NAME.network for a network of its own';
      if (name === TEMPLATE_SECTION) advice = '; it belongs into a template, NAME@.conf';
      const message = `cannot use the section ${quote(`[${name}]`).slice(1, -1)}: there is no such section${advice}`;
      return { severity: 'error', file: source.path, line, guest, message };
    });
}
