import { close, constants, fstat, open } from 'node:fs';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { UserError } from '../../model/error.ts';

/** Majors of the slaves of Unix98 pseudo terminals (Linux Documentation/admin-guide/devices.txt). */
const firstMajor = 136;
const lastMajor = 143;

/**
 * Opens the pts that a guest's process has at its other end, for reading and writing without ever blocking.
 * The name comes from the guest's kernel, so it counts only if the pts belongs to the user that runs it: else a
 * guest could have somebody else's terminal opened.
 * @throws UserError, or what the system says (ENOENT, EIO) when it is gone
 */
export async function openPts(guest: string, path: string, uid: number): Promise<ReadStream> {
  const refuse = (cause: string) => new UserError(`attach to the console of guest ${guest}`, cause);
  if (!/^\/dev\/pts\/\d{1,7}$/.test(path)) throw refuse('what the guest names is no pts');
  const { O_NOCTTY, O_NONBLOCK, O_RDWR } = constants;
  const fd = await promisify(open)(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  try {
    const { uid: owner, rdev } = await promisify(fstat)(fd);
    const major = (rdev >> 8) & 0xfff;
    if (major < firstMajor || major > lastMajor) throw refuse(`${path} is no pts`);
    if (owner !== uid) throw refuse(`${path} belongs to another user than its kernel`);
    return new ReadStream(fd);
  } catch (error) {
    await promisify(close)(fd);
    throw error;
  }
}
