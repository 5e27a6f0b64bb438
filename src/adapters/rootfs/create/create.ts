/** Makes new roots: beside their places, and there under their names when they are whole. */
import { chmod, lstat, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { isGuestName, NAME_SYNTAX } from '../../../definition/guest-name.ts';
import { absolutePath } from '../../../definition/value-types/path.ts';
import { messageOf, UserError } from '../../../model/error.ts';
import { hostnameOf } from '../../../model/guest-wanted.ts';
import { quote } from '../../../model/quote.ts';
import type { Origin } from '../../../model/rootfs/origin.ts';
import type { SetupWish } from '../../../model/tailoring/setup.ts';
import type { Work } from '../../long-work/work.ts';
import { setup } from '../tailor.ts';
import { clearLeftovers, withWorkDirectory } from '../work-directory.ts';
import { fillFromDebian } from './debian.ts';

export interface RootWanted {
  readonly name: string;
  /** Where it will be: a directory that does not exist. */
  readonly path: string;
  readonly origin: Origin;
  /** What is asked for beside what every root gets. */
  readonly tailoring?: { readonly hostname?: string | undefined; readonly once: SetupWish };
}

/**
 * Makes a root, tailored for a guest of its name. Nothing stays behind where it fails or is ended early.
 * @returns what will not do what was asked for, and why; sentences
 * @throws UserError; the signal's reason
 */
export async function createRoot(wanted: RootWanted, work: Work): Promise<readonly string[]> {
  const { name, path, origin, tailoring } = wanted;
  const parent = await checkPlace(name, path, work.action);
  return await withWorkDirectory(parent, async (scratch) => {
    const tree = join(scratch, 'root');
    await mkdir(tree);
    // Whatever the umask says: ordinary users of the guest must get in.
    await chmod(tree, 0o755);
    await fill(origin, tree, scratch, work);
    work.progress.phase('tailoring');
    const wish = { hostname: tailoring?.hostname ?? hostnameOf(name) };
    const { notes } = await setup(tree, wish, tailoring?.once);
    // Its name means that it is whole, after a power failure too.
    await execa('sync', ['--file-system', '--', tree]);
    work.signal.throwIfAborted();
    await checkFree(path, work.action);
    await rename(tree, path);
    return notes;
  });
}

async function fill(origin: Origin, tree: string, scratch: string, work: Work): Promise<void> {
  await fillFromDebian(tree, scratch, origin.debian, work);
}

/** Makes the directory that the root will be in, and removes what work that was killed left there. */
async function checkPlace(name: string, path: string, action: string): Promise<string> {
  if (!isGuestName(name))
    throw new UserError(action, `${quote(name)} is no name of a guest (${NAME_SYNTAX})`);
  if (process.geteuid?.() !== 0)
    throw new UserError(action, 'the files in a root belong to all kinds of users', {
      hint: 'run it as root',
    });
  try {
    if (absolutePath.parse(path) !== path) throw new Error(`${path} is no plain path`);
  } catch (error) {
    throw new UserError(action, messageOf(error), { hint: 'name another place with --directory=' });
  }
  const parent = dirname(path);
  try {
    // What root in a guest makes there is not for users of the host.
    await mkdir(parent, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(action, messageOf(error), { hint: 'name another place with --directory=' });
  }
  await checkFree(path, action);
  await clearLeftovers(parent);
  return parent;
}

async function checkFree(path: string, action: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  throw new UserError(action, `there is something at ${path} already`, {
    hint: 'choose another name, or remove it first: umlnfs rootfs remove',
  });
}
