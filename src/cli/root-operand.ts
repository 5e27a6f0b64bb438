import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isGuestName } from '../definition/guest-name.ts';
import type { GuestWanted } from '../model/desired.ts';
import { UserError } from '../model/error.ts';
import { configured } from './doctor/configured.ts';

/** A root that somebody named. */
export interface NamedRoot {
  readonly directory: string;
  /** The guest that it is the root of; undefined where there is none, or several share it. */
  readonly guest: GuestWanted | undefined;
}

/**
 * The root of a guest, one of the export directory, or any directory: what has a slash in it is one.
 * @throws UserError where it is none
 */
export async function rootOperand(operand: string, configDir: string | undefined): Promise<NamedRoot> {
  const { host, guests } = await configured(configDir);
  const action = `use root ${operand}`;
  if (operand.includes('/') || !isGuestName(operand)) {
    const directory = resolve(operand);
    await checkDirectory(action, directory);
    const users = guests.filter(({ root }) => root.local && resolve(root.directory) === directory);
    return { directory, guest: users.length === 1 ? users[0] : undefined };
  }
  const guest = guests.find(({ name }) => name === operand);
  if (guest !== undefined && !guest.root.local)
    throw new UserError(action, `the root of guest ${operand} is on ${guest.root.server}, not on this host`, {
      hint: 'run umlnfs rootfs there',
    });
  const directory = guest?.root.directory ?? join(host.directories.export, operand);
  await checkDirectory(action, directory);
  return { directory, guest };
}

async function checkDirectory(action: string, directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new UserError(action, `${directory} ${found === undefined ? 'does not exist' : 'is no directory'}`, {
    hint: `make the root first, for example with mmdebstrap, or write ./${basename(directory)} for a directory here`,
  });
}
