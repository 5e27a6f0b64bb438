/** A template: which guests it stands for, and the files of each. */
import type { Problem } from '../../model/problem.ts';
import { assign, NOTHING_ASSIGNED, rowsOf, settingsOf } from '../assign.ts';
import { attempt } from '../attempt.ts';
import { FileProblems } from '../file-problems.ts';
import { instanceName } from '../guest-name.ts';
import { guestTable } from '../guest-table.ts';
import { parseGuest } from '../parse-guest.ts';
import { type Entry, MOST_FAULTS, scan } from '../scan.ts';
import type { FirstAddress, GuestSource, InstanceOf, Origin } from '../source.ts';
import { MOST_INSTANCES } from './instances.ts';
import { tellsInstancesApart } from './specifiers.ts';
import { TEMPLATE_SECTION, templateTable } from './table.ts';

export interface Template {
  /** `lab@` */
  readonly name: string;
  readonly file: string;
  /** Names of its guests, in the order written; none where there are errors. */
  readonly guests: readonly string[];
  readonly firstAddress: FirstAddress | undefined;
  /** Those of its own files alone, and of its own section. */
  readonly problems: readonly Problem[];
  /** What it stands for is not known: it cannot be read, or has an error. */
  readonly broken: boolean;
}

/** What the files of a template say of it as a whole. */
export function parseTemplate(source: GuestSource): Template {
  const { name, file } = source;
  const nothing = { name, file, guests: [], firstAddress: undefined, broken: true };
  return attempt(
    file,
    name,
    () => parse(source),
    (problem) => ({ ...nothing, problems: [problem] }),
  );
}

function parse(source: GuestSource): Template {
  const problems: Problem[] = [...source.problems];
  let assigned = NOTHING_ASSIGNED;
  const shared: { readonly entry: Entry; readonly of: FileProblems }[] = [];
  const files: FileProblems[] = [];
  let written = false;
  for (const { path, text } of source.files) {
    const { entries } = scan(text);
    const own = entries.filter(({ section }) => section === TEMPLATE_SECTION);
    written ||= own.some(({ key }) => key === templateTable.template.keys.instances.name);
    const of = new FileProblems(path, source.name);
    files.push(of);
    assigned = assign(templateTable, assigned, own, of);
    for (const entry of entries) if (isForOneOnly(entry)) shared.push({ entry, of });
  }
  const { template } = settingsOf(templateTable, assigned);
  const report = (message: string, origin: Origin | undefined) =>
    problems.push({
      severity: 'error',
      file: origin?.file ?? source.file,
      line: origin?.line,
      guest: source.name,
      message,
    });
  const failed = () => files.some((of) => of.failed) || problems.some(({ severity }) => severity === 'error');
  const origin = assigned.origins.get('template.instances');
  const faults = sharedFaults(source);
  if (!written && !failed() && faults.length === 0) {
    report(
      'cannot use the template: Instances= of [Template] is missing; write it, as in Instances=01-30',
      undefined,
    );
  }
  const words = template.instances.flat();
  const guests = guestsOf(source.name, words, (cause) => report(`cannot use Instances=: ${cause}`, origin));
  if (guests.length > 1) {
    for (const { entry, of } of shared) of.error(entry.line, forOneOnly(entry.key));
  }
  const address = template.firstAddress;
  const place = assigned.origins.get('template.firstAddress') ?? { file: source.file, line: 1 };
  const rest = failed() || guests.length === 0 || isGarbage(faults) ? faults : [];
  const broken = failed() || rest.some(({ severity }) => severity === 'error');
  return {
    name: source.name,
    file: source.file,
    guests: broken ? [] : guests,
    firstAddress: address === undefined ? undefined : { address, ...place },
    problems: [...files.flatMap((of) => of.all()), ...problems, ...rest],
    broken,
  };
}

/** Whether it has so many errors that there is no use in having each instance find them. */
function isGarbage(faults: readonly Problem[]): boolean {
  return faults.filter(({ severity }) => severity === 'error').length >= MOST_FAULTS;
}

/** What is wrong with the rest of its files: told by its instances, where there are any. */
function sharedFaults(source: GuestSource): Problem[] {
  const name = instanceName(source.name, '1') ?? source.name;
  const files = new Set(source.files.map(({ path }) => path));
  const instanceOf = { template: source.name, firstAddress: undefined, files };
  const { problems } = parseGuest({ ...source, name, problems: [], instanceOf }, NOTHING_ASSIGNED);
  return problems.map((problem) => ({ ...problem, guest: source.name }));
}

function guestsOf(template: string, words: readonly string[], refuse: (cause: string) => void): string[] {
  if (words.length > MOST_INSTANCES) {
    refuse(`they are ${words.length} guests, and a template has ${MOST_INSTANCES} at most`);
    return [];
  }
  const names = new Set<string>();
  for (const word of words) {
    const name = instanceName(template, word);
    if (name === undefined) {
      refuse(
        `${template.slice(0, -1)}:${word} is longer than the 32 characters that a guest's name may have`,
      );
    } else if (names.has(name)) refuse(`${word} is there twice`);
    else names.add(name);
  }
  return [...names];
}

const forOneOnlyKeys: ReadonlySet<string> = new Set(
  rowsOf(guestTable)
    .filter(({ key }) => key.perGuest === true)
    .map(({ section, key }) => `${section}.${key.name}`),
);

/** Whether only one guest can have the value that a template gives to all of its. */
function isForOneOnly({ section, key, value }: Entry): boolean {
  return forOneOnlyKeys.has(`${section}.${key}`) && value !== '' && !tellsInstancesApart(value);
}

function forOneOnly(key: string): string {
  const instead = key === 'Address' ? 'FirstAddress= of [Template], or %i in its value' : '%i in its value';
  return `cannot use ${key}= for all instances: only one guest can have it; write ${instead}, or the drop-in of an instance`;
}

/** By name of the guest: what each instance has of its template. */
export function instancesOf(template: Template, source: GuestSource): ReadonlyMap<string, InstanceOf> {
  const files = new Set(source.files.map(({ path }) => path));
  const { name, guests, firstAddress } = template;
  return new Map(guests.map((guest) => [guest, { template: name, firstAddress, files }]));
}
