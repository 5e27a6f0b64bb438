import { realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Locations } from '../../daemon/locations.ts';
import { isGuestName, isNetworkName, isTemplateName, NAME_SYNTAX } from '../../definition/guest-name.ts';
import type { GuestSource, Loaded, NetworkSource, SourceFile } from '../../definition/source.ts';
import { instancesOf, parseTemplate } from '../../definition/template/template.ts';
import { UserError } from '../../model/error.ts';
import type { Problem } from '../../model/problem.ts';
import { quote } from '../../model/quote.ts';
import { loadDefinitions } from '../../watch/load.ts';
import { readSource } from '../../watch/read-source.ts';
import { matcherOf } from '../pattern.ts';

export interface LoadedForCheck {
  readonly loaded: Loaded;
  /** Those at their places alone, where files from elsewhere were taken in. */
  readonly before: Loaded | undefined;
  /** Whether a problem is about what was asked for. */
  readonly concerns: (problem: Problem) => boolean;
}

/**
 * The definitions at their places. With files, problems of other files are left aside, and a file that lies
 * elsewhere is taken in as if it was at its place: `umlnfs.conf` as the host file, `NAME.conf` as a guest,
 * `NAME@.conf` as a template, `NAME.network` as a network.
 */
export async function loadForCheck(where: Locations, files: readonly string[]): Promise<LoadedForCheck> {
  const before = await loadDefinitions(where.directories, where.hostFile);
  if (files.length === 0) return { loaded: before, before: undefined, concerns: () => true };
  let loaded = before;
  const shown = new Set<string>();
  const guests = new Set<string>();
  for (const file of files) {
    if (takeGuests(file, before, { shown, guests })) continue;
    const path = await placeOf(file, loaded);
    shown.add(path);
    if (isThere(path, loaded)) continue;
    const taken = await takeIn(path, loaded);
    loaded = taken.loaded;
    for (const guest of taken.guests) guests.add(guest);
  }
  return {
    loaded,
    before: loaded === before ? undefined : before,
    concerns: ({ file, guest }) => shown.has(file) || (guest !== undefined && guests.has(guest)),
  };
}

/** Whether it is no file, but means guests of the definitions. */
function takeGuests(
  operand: string,
  loaded: Loaded,
  { shown, guests }: { shown: Set<string>; guests: Set<string> },
): boolean {
  if (operand.includes('/') || operand.endsWith('.conf')) return false;
  const matches = matcherOf(operand);
  const found = [...loaded.guests.values(), ...(loaded.templates ?? [])].filter(
    ({ name }) => matches(name) || name === operand,
  );
  for (const { name, file, files } of found) {
    guests.add(name);
    for (const path of [file, ...files.map((one) => one.path)]) shown.add(path);
  }
  return found.length > 0;
}

function pathsOf(loaded: Loaded): string[] {
  const sources = [...loaded.guests.values(), ...(loaded.templates ?? []), ...loaded.networks.values()];
  const files = sources.flatMap((source) => [source.file, ...source.files.map(({ path }) => path)]);
  return loaded.host === undefined ? files : [loaded.host.path, ...files];
}

/** The path by which the definitions know the file, which may be given by another. */
async function placeOf(file: string, loaded: Loaded): Promise<string> {
  const path = resolve(file);
  if (isThere(path, loaded)) return path;
  const real = await realpath(path).catch(() => path);
  for (const known of pathsOf(loaded)) if ((await realpath(known).catch(() => known)) === real) return known;
  return path;
}

function isThere(path: string, loaded: Loaded): boolean {
  return pathsOf(loaded).includes(path);
}

async function takeIn(path: string, loaded: Loaded): Promise<{ loaded: Loaded; guests: readonly string[] }> {
  const read = await readSource(path);
  if (read.kind === 'absent')
    throw new UserError(`check ${path}`, 'there is no such file', { hint: 'correct the path' });
  if (read.kind === 'failed')
    throw new UserError(`check ${path}`, read.message.replace(/^cannot read the file: /, ''));
  if (read.kind === 'masked') return { loaded, guests: [] };
  const source = { path, text: read.text };
  if (basename(path) === basename(loaded.hostFile))
    return { loaded: { ...loaded, host: source, hostProblems: [] }, guests: [] };
  if (path.endsWith('.network')) return { loaded: takeInNetwork(source, loaded), guests: [] };
  const name = basename(path).replace(/\.conf$/, '');
  if (isTemplateName(name))
    return takeInTemplate({ name, file: path, files: [source], problems: [] }, loaded);
  if (!isGuestName(name))
    throw new UserError(`check ${path}`, `${quote(name)} is no guest name (${NAME_SYNTAX})`, {
      hint: 'rename the file',
    });
  const guest: GuestSource = { name, file: path, files: [source], problems: [] };
  return { loaded: { ...loaded, guests: new Map([...loaded.guests, [name, guest]]) }, guests: [name] };
}

/** An instance that has a file of its own keeps that. */
function takeInTemplate(source: GuestSource, loaded: Loaded): { loaded: Loaded; guests: readonly string[] } {
  const template = parseTemplate(source);
  const instances = [...instancesOf(template, source)]
    .filter(([name]) => loaded.guests.get(name)?.file.endsWith(`/${name}.conf`) !== true)
    .map(([name, instanceOf]): [string, GuestSource] => [name, { ...source, name, instanceOf }]);
  const others = (loaded.templates ?? []).filter(({ name }) => name !== source.name);
  const guests = new Map([...loaded.guests, ...instances]);
  const templates = [...others, { ...template, files: source.files }];
  const names = instances.map(([name]) => name);
  return { loaded: { ...loaded, guests, templates }, guests: [source.name, ...names] };
}

function takeInNetwork(source: SourceFile, loaded: Loaded): Loaded {
  const name = basename(source.path, '.network');
  if (!isNetworkName(name)) {
    throw new UserError(`check ${source.path}`, `${quote(name)} is no network name (${NAME_SYNTAX})`, {
      hint: 'rename the file',
    });
  }
  const network: NetworkSource = { name, file: source.path, files: [source], problems: [] };
  return { ...loaded, networks: new Map([...loaded.networks, [name, network]]) };
}
