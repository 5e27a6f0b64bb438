import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Locations } from '../../daemon/locations.ts';
import type { GuestSource, Loaded } from '../../definition/source.ts';
import type { Problem } from '../../model/problem.ts';
import { loadDefinitions } from '../../watch/load.ts';
import { matcherOf } from '../pattern.ts';
import { isDropIn, takeIn } from './take-in.ts';

export interface LoadedForCheck {
  readonly loaded: Loaded;
  /** Those at their places alone, where files from elsewhere were taken in. */
  readonly before: Loaded | undefined;
  /** Whether a problem is about what was asked for. */
  readonly concerns: (problem: Problem) => boolean;
  /** How many definitions were asked for. */
  readonly count: number;
}

/**
 * The definitions at their places. With files, problems of other files are left aside, and a file that lies
 * elsewhere is taken in as if it was at its place: `umlnfs.conf` as the host file, `NAME.conf` as a guest,
 * `NAME@.conf` as a template, `NAME.network` as a network, and what lies in `NAME.conf.d` as a drop-in.
 */
export async function loadForCheck(where: Locations, operands: readonly string[]): Promise<LoadedForCheck> {
  const before = await loadDefinitions(where.directories, where.hostFile);
  if (operands.length === 0)
    return { loaded: before, before: undefined, concerns: () => true, count: before.guests.size };
  let loaded = before;
  const asked = new Set<Source>();
  const paths = new Set<string>();
  for (const operand of mainFilesFirst(operands)) {
    const named = sourcesNamed(operand, before);
    for (const source of named) asked.add(source);
    if (named.length > 0) continue;
    const path = await placeOf(operand, loaded);
    paths.add(path);
    if (!pathsOf(loaded).includes(path)) loaded = await takeIn(path, loaded);
  }
  return {
    loaded,
    before: loaded === before ? undefined : before,
    ...subjectsOf(loaded, asked, paths),
  };
}

type Source = Pick<GuestSource, 'name' | 'file' | 'files'>;

/** A drop-in may be of a main file that is new as well. */
function mainFilesFirst(operands: readonly string[]): string[] {
  return [...operands].sort((a, b) => Number(isDropIn(resolve(a))) - Number(isDropIn(resolve(b))));
}

/** Of an operand that is no file, but means guests of the definitions. */
function sourcesNamed(operand: string, loaded: Loaded): Source[] {
  if (operand.includes('/') || operand.endsWith('.conf')) return [];
  const matches = matcherOf(operand);
  return guestsAndTemplates(loaded).filter(({ name }) => matches(name) || name === operand);
}

/** A file stands for everything that it is a part of: what is wrong with it may be seen at another file. */
function subjectsOf(loaded: Loaded, asked: ReadonlySet<Source>, paths: ReadonlySet<string>) {
  const has = (source: Source) => filesOf(source).some((path) => paths.has(path));
  const about = [...new Set([...asked, ...guestsAndTemplates(loaded).filter(has)])];
  const networks = [...loaded.networks.values()].filter(has);
  const guests = new Set(about.map(({ name }) => name));
  const shown = new Set([...paths, ...[...about, ...networks].flatMap(filesOf)]);
  const defined = [...guests].filter((name) => loaded.guests.has(name)).length;
  const host = loaded.host !== undefined && paths.has(loaded.host.path) ? 1 : 0;
  return {
    concerns: ({ file, guest }: Problem) => shown.has(file) || (guest !== undefined && guests.has(guest)),
    count: defined + networks.length + host,
  };
}

function guestsAndTemplates(loaded: Loaded): Source[] {
  return [...loaded.guests.values(), ...(loaded.templates ?? [])];
}

function filesOf({ file, files }: Source): string[] {
  return [file, ...files.map(({ path }) => path)];
}

function pathsOf(loaded: Loaded): string[] {
  const files = [...guestsAndTemplates(loaded), ...loaded.networks.values()].flatMap(filesOf);
  return loaded.host === undefined ? files : [loaded.host.path, ...files];
}

/** The path by which the definitions know the file, which may be given by another. */
async function placeOf(file: string, loaded: Loaded): Promise<string> {
  const path = resolve(file);
  const known = pathsOf(loaded);
  if (known.includes(path)) return path;
  const real = await realpath(path).catch(() => path);
  for (const one of known) if ((await realpath(one).catch(() => one)) === real) return one;
  return path;
}
