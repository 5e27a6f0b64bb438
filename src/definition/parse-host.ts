import type { Problem } from '../model/problem.ts';
import { type Assigned, assign, NOTHING_ASSIGNED, rowsOf, settingsOf } from './assign.ts';
import { FileProblems } from './file-problems.ts';
import type { Host } from './guest.ts';
import { guestTable } from './guest-table.ts';
import { hostTable } from './host-table.ts';
import { rangeProblem } from './range.ts';
import { scan } from './scan.ts';
import { guestSections, hostSections, reportUnknownSections } from './sections.ts';
import type { SourceFile } from './source.ts';

export interface HostParse {
  readonly host: Host;
  /** What the host file says about every guest. */
  readonly guestDefaults: Assigned;
  readonly problems: readonly Problem[];
}

/** The host's settings without a host file. */
export function defaultHost(): HostParse {
  return { host: settingsOf(hostTable, NOTHING_ASSIGNED), guestDefaults: NOTHING_ASSIGNED, problems: [] };
}

/** Reads the host file; `host` holds what could be read of it even where there are problems. */
export function parseHost(source: SourceFile): HostParse {
  if (source.text === '') {
    // A file that was cut to nothing on its way; one that only has comments is fine.
    const message = 'cannot read the host file: it is empty; remove it for the defaults';
    const problem: Problem = {
      severity: 'error',
      file: source.path,
      line: undefined,
      guest: undefined,
      message,
    };
    return { ...defaultHost(), problems: [problem] };
  }
  const scanned = scan(source.text);
  const problems = new FileProblems(source.path, undefined, scanned.faults);
  reportUnknownSections(scanned, [...hostSections, ...guestSections], problems);

  const perGuest = new Set(
    rowsOf(guestTable)
      .filter(({ key }) => key.perGuest === true)
      .map(({ section, key }) => `${section}.${key.name}`),
  );
  const hostEntries = scanned.entries.filter(({ section }) => hostSections.includes(section));
  const guestEntries = scanned.entries.filter(({ section }) => guestSections.includes(section));
  for (const { section, key, line } of guestEntries) {
    if (!perGuest.has(`${section}.${key}`)) continue;
    const message = `cannot use ${key}= for every guest: only one guest can have it; write it into the guest's own file`;
    problems.error(line, message);
  }
  const general = guestEntries.filter(({ section, key }) => !perGuest.has(`${section}.${key}`));

  const host = assign(hostTable, NOTHING_ASSIGNED, hostEntries, problems);
  const guestDefaults = assign(guestTable, NOTHING_ASSIGNED, general, problems);
  const settings = settingsOf(hostTable, host);
  const outside = rangeProblem(settings.bridge.address, settings.bridge.range);
  if (outside !== undefined) problems.error(host.origins.get('bridge.range')?.line, outside);
  return {
    host: { ...settings, file: source.path, origins: host.origins },
    guestDefaults,
    problems: problems.all(),
  };
}
