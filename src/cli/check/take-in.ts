/** Files from elsewhere, as if they were at their places in the directories of definitions. */
import { basename, dirname } from 'node:path';
import { isGuestName, isNetworkName, isTemplateName, NAME_SYNTAX } from '../../definition/guest-name.ts';
import type { GuestSource, Loaded, SourceFile } from '../../definition/source.ts';
import { instancesOf, parseTemplate } from '../../definition/template/template.ts';
import { UserError } from '../../model/error.ts';
import { quote } from '../../model/quote.ts';
import { readSource } from '../../watch/read-source.ts';

/** Of `NAME.conf.d/FILE` what it is a drop-in of. */
const dropInDirectory = /^(.+)\.(conf|network)\.d$/;

export function isDropIn(path: string): boolean {
  return dropInDirectory.test(basename(dirname(path)));
}

/** @param path of a file that the definitions do not have */
export async function takeIn(path: string, loaded: Loaded): Promise<Loaded> {
  const read = await readSource(path);
  if (read.kind === 'absent')
    throw new UserError(`check ${path}`, 'there is no such file', { hint: 'correct the path' });
  if (read.kind === 'failed')
    throw new UserError(`check ${path}`, read.message.replace(/^cannot read the file: /, ''));
  if (read.kind === 'masked') return loaded;
  const file = { path, text: read.text };
  const [, of, ending] = dropInDirectory.exec(basename(dirname(path))) ?? [];
  if (of !== undefined) return takeInDropIn(file, `${of}.${ending}`, loaded);
  if (basename(path) === basename(loaded.hostFile)) return { ...loaded, host: file, hostProblems: [] };
  if (path.endsWith('.network')) {
    const name = basename(path, '.network');
    if (!isNetworkName(name)) throw noName(path, name, 'network');
    return withNetwork(replaced(name, file, loaded.networks.get(name)), loaded);
  }
  const name = basename(path).replace(/\.conf$/, '');
  if (isTemplateName(name)) return withTemplate(replaced(name, file, templateNamed(name, loaded)), loaded);
  if (!isGuestName(name)) throw noName(path, name, 'guest');
  return withGuest(replaced(name, file, loaded.guests.get(name)), loaded);
}

function noName(path: string, name: string, what: string): UserError {
  const hint = 'rename the file';
  return new UserError(`check ${path}`, `${quote(name)} is no ${what} name (${NAME_SYNTAX})`, { hint });
}

/** @param main the name of the main file that it belongs to */
function takeInDropIn(file: SourceFile, main: string, loaded: Loaded): Loaded {
  if (!/^(?!\.)[\w.@:+-]+\.conf$/.test(basename(file.path))) {
    const cause =
      'drop-ins are called NAME.conf, with letters, digits and . _ @ : + - alone, and no dot first';
    throw new UserError(`check ${file.path}`, cause, { hint: 'rename the file' });
  }
  const name = main.replace(/\.(conf|network)$/, '');
  const network = main.endsWith('.network') ? loaded.networks.get(name) : undefined;
  if (network !== undefined) return withNetwork(changed(network, file), loaded);
  const template = main.endsWith('.conf') ? templateNamed(name, loaded) : undefined;
  if (template !== undefined) return withTemplate(changed(template, file), loaded);
  const guest = main.endsWith('.conf') ? loaded.guests.get(name) : undefined;
  if (guest !== undefined) return withGuest(changed(guest, file), loaded);
  throw new UserError(`check ${file.path}`, `there is no definition ${main} that it could change`, {
    hint: `give the path of a new ${main} as well`,
  });
}

function templateNamed(name: string, loaded: Loaded): GuestSource | undefined {
  const template = loaded.templates?.find((one) => one.name === name);
  // Its problems are found anew.
  return template && { name, file: template.file, files: template.files, problems: [] };
}

/** With another main file; the drop-ins stay. */
function replaced(name: string, file: SourceFile, before: GuestSource | undefined): GuestSource {
  if (before === undefined) return { name, file: file.path, files: [file], problems: [] };
  const problems = before.problems.filter((problem) => problem.file !== before.file);
  return { ...before, file: file.path, files: [file, ...dropInsOf(before)], problems };
}

/** With one more drop-in. */
function changed(source: GuestSource, dropIn: SourceFile): GuestSource {
  return { ...source, files: [...mainOf(source), ...merged(dropInsOf(source), [dropIn])] };
}

/** None where it could not be read. */
function mainOf({ file, files }: GuestSource): readonly SourceFile[] {
  return files.filter(({ path }) => path === file);
}

function dropInsOf({ file, files }: GuestSource): readonly SourceFile[] {
  return files.filter(({ path }) => path !== file);
}

/** In the order in which they count; of two with the same name the later one does. */
function merged(...lists: readonly (readonly SourceFile[])[]): SourceFile[] {
  const byName = new Map(lists.flat().map((file) => [basename(file.path), file]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

function withGuest(guest: GuestSource, loaded: Loaded): Loaded {
  return { ...loaded, guests: new Map([...loaded.guests, [guest.name, guest]]) };
}

function withNetwork(network: GuestSource, loaded: Loaded): Loaded {
  return { ...loaded, networks: new Map([...loaded.networks, [network.name, network]]) };
}

/** Its instances keep what they have of their own: a main file, drop-ins. */
function withTemplate(source: GuestSource, loaded: Loaded): Loaded {
  const template = parseTemplate(source);
  const instances = [...instancesOf(template, source)].map(([name, instanceOf]): [string, GuestSource] => {
    const before = loaded.guests.get(name);
    const shared = before?.instanceOf?.files ?? new Set();
    const own = (before?.files ?? []).filter(({ path }) => !shared.has(path));
    const main = own.filter(({ path }) => path === before?.file);
    const [{ path: file = source.file } = {}] = main;
    const dropIns = own.filter(({ path }) => path !== file);
    const files = [...(main.length > 0 ? main : mainOf(source)), ...merged(dropInsOf(source), dropIns)];
    const problems = before?.problems.filter((problem) => !shared.has(problem.file)) ?? [];
    return [name, { name, file, files, problems, instanceOf }];
  });
  const others = (loaded.templates ?? []).filter(({ name }) => name !== source.name);
  const guests = new Map([...loaded.guests, ...instances]);
  return { ...loaded, guests, templates: [...others, { ...template, files: source.files }] };
}
