import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { guestPaths } from '../uml/guest-directory.ts';

/** How a guest's kernel is started, an argument a line: written for the unit, and kept for starts without a daemon. */
function launchFile(guests: string, guest: string): string {
  return `${guestPaths(guests, guest).own}/launch`;
}

/** @param argv kernel binary first; no word has white space in it */
export async function writeLaunch(guests: string, guest: string, argv: readonly string[]): Promise<void> {
  const file = launchFile(guests, guest);
  if (argv.length === 0 || argv.some((word) => word === '' || /\s/.test(word))) {
    throw new Error(`the command line of ${guest} cannot be written down`);
  }
  await writeFile(`${file}.new`, `${argv.join('\n')}\n`, { mode: 0o644 });
  await rename(`${file}.new`, file);
}

/** The command line and user that the guest was last started with; undefined where it never was. */
export async function readLaunch(
  guests: string,
  guest: string,
): Promise<{ argv: readonly string[]; uid: number } | undefined> {
  try {
    const [text, { uid }] = await Promise.all([
      readFile(launchFile(guests, guest), 'utf8'),
      stat(guestPaths(guests, guest).uml),
    ]);
    return { argv: text.trimEnd().split('\n'), uid };
  } catch {
    return undefined;
  }
}

export async function removeLaunch(guests: string, guest: string): Promise<void> {
  await rm(launchFile(guests, guest), { force: true });
}
