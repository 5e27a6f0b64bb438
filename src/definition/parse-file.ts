import type { Problem } from '../model/problem.ts';
import { type Assigned, assign } from './assign.ts';
import { FileProblems } from './file-problems.ts';
import type { Table } from './key.ts';
import { type Entry, scan } from './scan.ts';
import { reportUnknownSections } from './sections.ts';
import type { SourceFile } from './source.ts';

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
  expand: (entries: readonly Entry[], problems: FileProblems) => readonly Entry[] = (entries) => entries,
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
  const problems = new FileProblems(file.path, guest, scanned.faults);
  reportUnknownSections(scanned, sections, problems);
  const known = scanned.entries.filter(({ section }) => sections.includes(section));
  const assigned = assign(table, before, expand(known, problems), problems);
  return { assigned, problems: problems.all(), hasSections: scanned.sections.length > 0 };
}
