import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGuestName, isTemplateName, NAME_SYNTAX } from '../definition/guest-name.ts';
import { messageOf } from '../model/error.ts';
import type { Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { fileProblem } from './problems.ts';
import { isYoung } from './read-source.ts';

/** What the definition directories contain. */
export interface Listing {
  /** Guests with a main file somewhere. */
  readonly names: ReadonlySet<string>;
  /** Templates with a main file somewhere, `lab@`. */
  readonly templates: ReadonlySet<string>;
  /** By name of the guest or template: main files, highest priority first. */
  readonly mainFiles: ReadonlyMap<string, readonly string[]>;
  /** By name of the guest or template: NAME.conf.d directories, highest priority first. */
  readonly dropInDirectories: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
  /** False where a directory could not be read. */
  readonly complete: boolean;
  /** Whether a directory changed just now: a file that is missing may be in the middle of being replaced. */
  readonly young: boolean;
}

const MAIN = '.conf';
const DROP_INS = '.conf.d';

export async function listDirectories(directories: readonly string[]): Promise<Listing> {
  const mainFiles = new Map<string, string[]>();
  const dropInDirectories = new Map<string, string[]>();
  const problems: Problem[] = [];
  let complete = true;
  let young = false;
  for (const directory of directories) {
    const listed = await listDirectory(directory);
    if (listed.problem !== undefined) {
      problems.push(fileProblem(directory, undefined, listed.problem));
      complete = false;
    }
    young ||= listed.young;
    for (const entry of listed.names) {
      // Editors' and packagers' own files begin with a dot or end with something else: ~ .swp .dpkg-new .rpmsave …
      if (entry.startsWith('.')) continue;
      const suffix = [DROP_INS, MAIN].find((end) => entry.endsWith(end));
      if (suffix === undefined) continue;
      const name = entry.slice(0, -suffix.length);
      if (!isGuestName(name) && !isTemplateName(name)) {
        const message = `cannot use ${quote(entry)}: ${quote(name)} is no guest name (${NAME_SYNTAX}); rename the file`;
        problems.push(fileProblem(directory, undefined, message));
        continue;
      }
      const map = suffix === MAIN ? mainFiles : dropInDirectories;
      map.set(name, [...(map.get(name) ?? []), join(directory, entry)]);
    }
  }
  const names = new Set([...mainFiles.keys()].filter(isGuestName));
  const templates = new Set([...mainFiles.keys()].filter(isTemplateName));
  return { names, templates, mainFiles, dropInDirectories, problems, complete, young };
}

/** The sorted names in a directory; none where there is no directory. */
export async function listDirectory(
  path: string,
): Promise<{ names: readonly string[]; young: boolean; problem?: string }> {
  try {
    const names = (await readdir(path)).sort();
    return { names, young: isYoung((await stat(path)).mtimeMs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { names: [], young: false };
    return { names: [], young: false, problem: `cannot read the directory: ${messageOf(error)}` };
  }
}
