import { join } from 'node:path';
import { templateOf } from '../definition/guest-name.ts';
import type { GuestSource, SourceFile } from '../definition/source.ts';
import type { Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { type Files, type Listing, listDirectory } from './list.ts';
import { BEING_WRITTEN, fileProblem, NO_FILE } from './problems.ts';
import { readSource } from './read-source.ts';

export interface SourceRead {
  /** Undefined where it is masked. */
  readonly source: GuestSource | undefined;
  /** Whether one of its files changed just now. */
  readonly young: boolean;
}

/**
 * Reads the files of one guest or template. An instance without a file of its own has that of its template; the
 * drop-ins of both count, in the order of their names, and of two with the same name that of the instance.
 *
 * @param strict whether a file that is being written is a problem
 */
export function readGuestSource(listing: Listing, name: string, strict: boolean): Promise<SourceRead> {
  return readFiles(listing, name, name, strict);
}

/** Reads the files of one network. */
export function readNetworkSource(listing: Listing, name: string, strict: boolean): Promise<SourceRead> {
  return readFiles(listing.networks, name, undefined, strict);
}

/** @param guest whom problems are about */
async function readFiles(
  listing: Files,
  name: string,
  guest: string | undefined,
  strict: boolean,
): Promise<SourceRead> {
  const names = [name, templateOf(name) ?? name];
  const [file = ''] = names.flatMap((one) => listing.mainFiles.get(one)?.[0] ?? []);
  const directories = new Set(names.flatMap((one) => listing.dropInDirectories.get(one) ?? []));
  const dropIns = await listDropIns([...directories], guest);
  const problems: Problem[] = [...dropIns.problems];
  const files: SourceFile[] = [];
  let young = dropIns.young;
  if (young && strict) problems.push(fileProblem(file, guest, BEING_WRITTEN));
  for (const path of [file, ...dropIns.paths]) {
    const read = await readSource(path);
    if (read.kind === 'masked') {
      if (path === file) return { source: undefined, young: false };
      continue;
    }
    if (read.kind === 'failed') problems.push(fileProblem(path, guest, read.message));
    // It was listed a moment ago: a link to nothing, or a file that is being replaced.
    else if (read.kind === 'absent') problems.push(fileProblem(path, guest, NO_FILE));
    else {
      young ||= read.young;
      if (read.young && strict) problems.push(fileProblem(path, guest, BEING_WRITTEN));
      files.push({ path, text: read.text });
    }
  }
  return { source: { name, file, files, problems }, young };
}

/** Drop-ins in the order in which they count. */
async function listDropIns(directories: readonly string[], guest: string | undefined) {
  const byName = new Map<string, string>();
  const problems: Problem[] = [];
  let young = false;
  for (const directory of directories) {
    const listed = await listDirectory(directory);
    if (listed.problem !== undefined) problems.push(fileProblem(directory, guest, listed.problem));
    young ||= listed.young;
    for (const entry of listed.names) {
      if (entry.startsWith('.') || !entry.endsWith('.conf') || byName.has(entry)) continue;
      if (/^[\w.@:+-]+$/.test(entry)) byName.set(entry, join(directory, entry));
      else {
        const message = `cannot use the drop-in ${quote(entry)}: its name has other characters than letters, digits and . _ @ : + -`;
        problems.push(fileProblem(directory, guest, message));
      }
    }
  }
  const paths = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return { paths, problems, young };
}
