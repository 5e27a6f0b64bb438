import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { TunSeen } from '../../model/doctor/tun.ts';
import { messageOf } from '../../model/error.ts';

/** Linux' number of it, as stat(2) tells it: 10, 200. */
const device = 10 * 256 + 200;

export async function readTun(path = '/dev/net/tun'): Promise<TunSeen> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { kind: 'missing', mode: 0, refusal: undefined };
  const mode = found.mode & 0o7777;
  if (!found.isCharacterDevice() || found.rdev !== device) return { kind: 'other', mode, refusal: undefined };
  try {
    // Nothing comes of it until it is told a name.
    const file = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    await file.close();
    return { kind: 'tun', mode, refusal: undefined };
  } catch (error) {
    return { kind: 'tun', mode, refusal: messageOf(error) };
  }
}
