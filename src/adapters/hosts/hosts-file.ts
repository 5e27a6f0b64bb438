import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../model/error.ts';

const begin = '# Guests of umlnfs: written by umlnfsd, changes are lost (HostNames=no in [Bridge] ends that)';
const end = '# End of the guests of umlnfs';

/** The lines of umlnfs in the file; undefined where it has none. */
export function ownLines(text: string): readonly string[] | undefined {
  const lines = text.split('\n');
  const first = lines.indexOf(begin);
  const last = lines.indexOf(end, first);
  return first < 0 || last < 0 ? undefined : lines.slice(first + 1, last);
}

/** The file's text with these lines of umlnfs, at the place where it had some, and all others as they are. */
export function withOwnLines(text: string, own: readonly string[]): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const first = lines.indexOf(begin);
  const last = lines.indexOf(end, first);
  const found = first >= 0 && last >= 0;
  const block = own.length === 0 ? [] : [begin, ...own, end];
  if (found) lines.splice(first, last - first + 1, ...block);
  else lines.push(...block);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** @returns the lines of umlnfs in it; undefined where it has none, or is none */
export async function readHosts(path: string): Promise<readonly string[] | undefined> {
  return ownLines(await readFile(path, 'utf8').catch(() => ''));
}

/** Puts the lines of umlnfs into the file, or takes them out where there are none. */
export async function writeHosts(path: string, lines: readonly string[]): Promise<void> {
  const action = `write the guests' names into ${path}`;
  try {
    const real = await realpath(path).catch(() => path);
    const before = await readFile(real, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const text = withOwnLines(before, lines);
    if (text === before) return;
    const mode = await stat(real).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    await writeFile(`${real}.umlnfs`, text, { mode });
    await rename(`${real}.umlnfs`, real).catch(async (error: NodeJS.ErrnoException) => {
      // A container's own is a mount, which cannot be replaced.
      if (error.code !== 'EBUSY') throw error;
      await writeFile(real, text);
    });
  } catch (error) {
    throw new UserError(action, messageOf(error), {
      hint: 'or write HostNames=no into [Bridge]',
      cause: error,
    });
  }
}
