import { chmod, chown, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import { asUser, type Identity } from './unprivileged.ts';

/** The places of one guest in the runtime directory. */
export interface GuestPaths {
  /** Root's, for everybody to search. */
  readonly own: string;
  /** The guest's user's: UML makes NAME/ with its socket and pid file in it. */
  readonly uml: string;
  /** Root's and empty: all that hostfs could show. */
  readonly empty: string;
  readonly notify: string;
}

/** @param guests the directory with a directory per guest (`/run/umlnfs/guests`) */
export function guestPaths(guests: string, name: string): GuestPaths {
  const own = join(guests, name);
  return { own, uml: join(own, 'uml'), empty: join(own, 'empty'), notify: join(own, 'notify') };
}

/**
 * Makes the directories of a guest that does not run, and removes what its last kernel left: its pid file may
 * name a process that lives now, and UML would then take another name than its own.
 */
export async function prepareGuestDirectory(
  guests: string,
  name: string,
  who: Identity,
): Promise<GuestPaths> {
  await makeGuestDirectory(guests, name);
  const paths = guestPaths(guests, name);
  await mkdir(paths.empty, { recursive: true, mode: 0o755 });
  await chmod(paths.empty, 0o555);
  const before = await lstat(paths.uml).catch(() => undefined);
  // Somebody else's (the guest had another user): only this user's files can be removed as this user.
  if (before !== undefined && before.uid !== who.uid)
    await clear(paths.uml, { uid: before.uid, gid: before.gid });
  if (before === undefined) await mkdir(paths.uml, { mode: 0o700 });
  await chown(paths.uml, who.uid, who.gid);
  await chmod(paths.uml, 0o700);
  await clear(paths.uml, who);
  return paths;
}

/** Makes the directory that a guest's sockets lie in; does no harm to a guest that runs. */
export async function makeGuestDirectory(guests: string, name: string): Promise<string> {
  const { own } = guestPaths(guests, name);
  await mkdir(own, { recursive: true, mode: 0o755 });
  return own;
}

/** Removes all of a guest that is gone for good. */
export async function removeGuestDirectory(guests: string, name: string): Promise<void> {
  const { own, uml } = guestPaths(guests, name);
  const found = await lstat(uml).catch(() => undefined);
  if (found !== undefined) await clear(uml, { uid: found.uid, gid: found.gid });
  await rm(own, { recursive: true, force: true });
}

/**
 * Empties a directory with the rights of its owner and no others: what is in it was made by a guest's kernel,
 * and a symbolic link must not lead root anywhere.
 */
async function clear(directory: string, owner: Identity): Promise<void> {
  const entries = await readdir(directory);
  if (entries.length === 0) return;
  const remove = ['rm', '-rf', '--one-file-system', '--', ...entries.map((entry) => join(directory, entry))];
  const [program = '', ...args] = [...asUser(owner, { PATH: '/usr/bin:/bin', LC_ALL: 'C' }), ...remove];
  const { exitCode, stderr } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  });
  if (exitCode !== 0) {
    throw new UserError(`clean ${directory}`, stderr.split('\n')[0] ?? 'rm failed', {
      hint: `rm -r ${directory}`,
    });
  }
}
