import type { Problem } from '../model/problem.ts';
import { type Assigned, assign, settingsOf } from './assign.ts';
import type { Guest } from './guest.ts';
import { templateOf } from './guest-name.ts';
import { guestTable } from './guest-table.ts';
import { scan } from './scan.ts';
import { guestSections, unknownSections } from './sections.ts';
import type { GuestSource, SourceFile } from './source.ts';
import { withFirstAddress } from './template/first-address.ts';
import { expandEntries } from './template/specifiers.ts';
import { TEMPLATE_SECTION } from './template/table.ts';

export interface GuestParse {
  /** Undefined where there are errors. */
  readonly guest: Guest | undefined;
  /** In file order, errors and warnings. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the files of one guest over the host file's defaults. What can only be judged together with the host and
 * the other guests is left to desired() of the model.
 */
export function parseGuest(source: GuestSource, defaults: Assigned): GuestParse {
  const problems: Problem[] = [...source.problems];
  let assigned = defaults;
  for (const file of source.files) {
    const one = parseFile(file, assigned, source);
    problems.push(...one.problems);
    assigned = one.assigned;
  }
  const addressed = withFirstAddress(source, assigned);
  problems.push(...addressed.problems);
  assigned = addressed.assigned;
  if (problems.some(({ severity }) => severity === 'error')) return { guest: undefined, problems };
  const { name, file } = source;
  return { guest: { ...settingsOf(guestTable, assigned), name, file, origins: assigned.origins }, problems };
}

function parseFile(
  file: SourceFile,
  before: Assigned,
  { name: guest, instanceOf }: GuestSource,
): { assigned: Assigned; problems: Problem[] } {
  if (file.text.trim() === '') {
    const message =
      'cannot read the definition: the file is empty; remove the file to remove it, or link it to /dev/null to mask it';
    return {
      assigned: before,
      problems: [{ severity: 'error', file: file.path, line: undefined, guest, message }],
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
  // What stands there was read already, once for all instances.
  const ofTemplate = instanceOf?.files.has(file.path) === true ? [TEMPLATE_SECTION] : [];
  problems.push(...unknownSections(file, scanned, [...guestSections, ...ofTemplate], guest));
  const known = scanned.entries.filter(({ section }) => guestSections.includes(section));
  const expanded =
    templateOf(guest) === undefined
      ? { entries: known, problems: [] }
      : expandEntries(known, file.path, guest);
  const one = assign(guestTable, before, expanded.entries, file.path, guest);
  problems.push(...expanded.problems, ...one.problems);
  problems.sort((a, b) => (a.line ?? Number.MAX_VALUE) - (b.line ?? Number.MAX_VALUE));
  return { assigned: one.assigned, problems };
}
