import type { Problem } from '../model/problem.ts';
import { type Assigned, assign } from './assign.ts';
import type { Table } from './key.ts';
import { type Entry, scan } from './scan.ts';
import { unknownSections } from './sections.ts';
import type { SourceFile } from './source.ts';

interface Expanded {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

/**
 * The values of the files before, changed by one file of a guest or a network.
 *
 * @param sections those it may have
 * @param guest the guest that its problems are about
 * @param expand what it writes in place of what stands there
 */
export function parseFile(
  table: Table,
  sections: readonly string[],
  file: SourceFile,
  before: Assigned,
  guest: string | undefined,
  expand: (entries: readonly Entry[]) => Expanded = (entries) => ({ entries, problems: [] }),
): { assigned: Assigned; problems: Problem[]; hasSections: boolean } {
  if (file.text.trim() === '') {
    const message =
      'cannot read the definition: the file is empty; remove the file to remove it, or link it to /dev/null to mask it';
    return {
      assigned: before,
      problems: [{ severity: 'error', file: file.path, line: undefined, guest, message }],
      hasSections: false,
    };
  }
  const scanned = scan(file.text);
  const problems: Problem[] = scanned.faults.map(({ line, message }) => ({
    severity: 'error',
    file: file.path,
    line,
    guest,
    message,
  }));
  problems.push(...unknownSections(file, scanned, sections, guest));
  const known = scanned.entries.filter(({ section }) => sections.includes(section));
  const expanded = expand(known);
  const one = assign(table, before, expanded.entries, file.path, guest);
  problems.push(...expanded.problems, ...one.problems);
  problems.sort((a, b) => (a.line ?? Number.MAX_VALUE) - (b.line ?? Number.MAX_VALUE));
  return { assigned: one.assigned, problems, hasSections: scanned.sections.length > 0 };
}
