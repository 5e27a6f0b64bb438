import { createHash } from 'node:crypto';
import { plainName } from '../definition/guest-name.ts';

const PREFIX = 'uml-';
/** IFNAMSIZ is 16 with the terminating zero. */
const LONGEST_NAME = 15 - PREFIX.length;

/** The tap of a guest: `uml-NAME`, or `uml-` and a digest where that is too long for an interface. */
export function tapName(guest: string): string {
  if (guest.length <= LONGEST_NAME) return PREFIX + plainName(guest);
  return PREFIX + createHash('sha256').update(guest).digest('hex').slice(0, LONGEST_NAME);
}
