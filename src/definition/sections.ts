import { quote } from '../model/quote.ts';
import { networkTable } from './bridge-table.ts';
import type { FileProblems } from './file-problems.ts';
import { guestTable } from './guest-table.ts';
import { hostTable } from './host-table.ts';
import type { Table } from './key.ts';
import type { Scan } from './scan.ts';
import { suggest } from './suggest.ts';
import { TEMPLATE_SECTION } from './template/table.ts';

function names(table: Table): string[] {
  return Object.values(table).map((section) => section.name);
}

export const guestSections: readonly string[] = names(guestTable);
export const hostSections: readonly string[] = names(hostTable);
export const networkSections: readonly string[] = names(networkTable);

/** A problem for each section that the file cannot have. */
export function reportUnknownSections(
  scanned: Scan,
  allowed: readonly string[],
  problems: FileProblems,
): void {
  for (const { name, line } of scanned.sections) {
    if (allowed.includes(name)) continue;
    if (problems.giveUpAt(line)) return;
    const near = suggest(name, allowed);
    let advice = near === undefined ? `; there are ${allowed.join(', ')}` : `; did you mean [${near}]?`;
    if (hostSections.includes(name)) advice = '; it belongs into the host file, /etc/umlnfs.conf';
    if (networkSections.includes(name)) advice += ', or into NAME.network for a network of its own';
    if (name === TEMPLATE_SECTION) advice = '; it belongs into a template, NAME@.conf';
    problems.error(
      line,
      `cannot use the section ${quote(`[${name}]`).slice(1, -1)}: there is no such section${advice}`,
    );
  }
}
