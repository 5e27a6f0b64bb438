import type { Problem } from '../model/problem.ts';
import { type Assigned, settingsOf } from './assign.ts';
import type { Guest } from './guest.ts';
import { templateOf } from './guest-name.ts';
import { guestTable } from './guest-table.ts';
import { parseFile } from './parse-file.ts';
import { guestSections } from './sections.ts';
import type { GuestSource, SourceFile } from './source.ts';
import { withFirstAddress } from './template/first-address.ts';
import { expandEntries } from './template/specifiers.ts';
import { TEMPLATE_SECTION } from './template/table.ts';

export interface GuestParse {
  /** Undefined where there are errors. */
  readonly guest: Guest | undefined;
  /** What can be read of it where there are errors, and the keys (`section.key`) that cannot, at their defaults. */
  readonly partial?: { readonly guest: Guest; readonly failed: ReadonlySet<string> };
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
  let hasSections = false;
  for (const file of source.files) {
    const one = parseOne(file, assigned, source);
    for (const problem of one.problems) problems.push(problem);
    assigned = one.assigned;
    hasSections ||= one.hasSections;
  }
  if (!hasSections && problems.length === 0) {
    const message =
      'cannot use the definition: it says nothing; write [Guest] at least, or remove the file to remove the guest';
    problems.push({ severity: 'error', file: source.file, line: undefined, guest: source.name, message });
  }
  const addressed = withFirstAddress(source, assigned);
  for (const problem of addressed.problems) problems.push(problem);
  assigned = addressed.assigned;
  const { name, file } = source;
  const guest = { ...settingsOf(guestTable, assigned), name, file, origins: assigned.origins };
  if (!problems.some(({ severity }) => severity === 'error')) return { guest, problems };
  return { guest: undefined, partial: { guest, failed: assigned.failed ?? new Set() }, problems };
}

function parseOne(file: SourceFile, before: Assigned, { name, instanceOf }: GuestSource) {
  // What stands there was read already, once for all instances.
  const ofTemplate = instanceOf?.files.has(file.path) === true ? [TEMPLATE_SECTION] : [];
  const sections = [...guestSections, ...ofTemplate];
  if (templateOf(name) === undefined) return parseFile(guestTable, sections, file, before, name);
  return parseFile(guestTable, sections, file, before, name, (entries, found) =>
    expandEntries(
      entries.filter(({ section }) => guestSections.includes(section)),
      name,
      found,
    ),
  );
}
