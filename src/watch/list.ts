import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGuestName, isNetworkName, isTemplateName, NAME_SYNTAX } from '../definition/guest-name.ts';
import { messageOf } from '../model/error.ts';
import type { Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { fileProblem } from './problems.ts';
import { isYoung } from './read-source.ts';

/** Files by the name of what they define. */
export interface Files {
  /** Highest priority first. */
  readonly mainFiles: ReadonlyMap<string, readonly string[]>;
  /** NAME.conf.d (NAME.network.d) directories, highest priority first. */
  readonly dropInDirectories: ReadonlyMap<string, readonly string[]>;
}

/** What the definition directories contain: files of guests and templates, and of networks. */
export interface Listing extends Files {
  readonly networks: Files;
  /** Guests with a main file somewhere. */
  readonly names: ReadonlySet<string>;
  /** Templates with a main file somewhere, `lab@`. */
  readonly templates: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  /** False where a directory could not be read. */
  readonly complete: boolean;
  /** Whether a directory changed just now: a file that is missing may be in the middle of being replaced. */
  readonly young: boolean;
}

const isGuestOrTemplate = (name: string) => isGuestName(name) || isTemplateName(name);
const ENDINGS = [
  { end: '.conf', what: 'guest', isName: isGuestOrTemplate },
  { end: '.network', what: 'network', isName: isNetworkName },
] as const;

export async function listDirectories(directories: readonly string[]): Promise<Listing> {
  const none = () => ({
    mainFiles: new Map<string, string[]>(),
    dropInDirectories: new Map<string, string[]>(),
  });
  const files = { guest: none(), network: none() };
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
      const dropIns = entry.endsWith('.d');
      const whole = dropIns ? entry.slice(0, -'.d'.length) : entry;
      const ending = ENDINGS.find(({ end }) => whole.endsWith(end));
      if (ending === undefined) continue;
      const name = whole.slice(0, -ending.end.length);
      if (!ending.isName(name)) {
        const message = `cannot use ${quote(entry)}: ${quote(name)} is no ${ending.what} name (${NAME_SYNTAX}); rename the file`;
        problems.push(fileProblem(directory, undefined, message));
        continue;
      }
      const { mainFiles, dropInDirectories } = files[ending.what];
      const map = dropIns ? dropInDirectories : mainFiles;
      map.set(name, [...(map.get(name) ?? []), join(directory, entry)]);
    }
  }
  const names = new Set([...files.guest.mainFiles.keys()].filter(isGuestName));
  const templates = new Set([...files.guest.mainFiles.keys()].filter(isTemplateName));
  return { names, templates, ...files.guest, networks: files.network, problems, complete, young };
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
