import { createHash } from 'node:crypto';

const PREFIX = 'umlbr-';
/** IFNAMSIZ is 16 with the terminating zero. */
const LONGEST_NAME = 15 - PREFIX.length;

/** The bridge of a network without Name=: `umlbr-NETWORK`, or `umlbr-` and a digest where that is too long. */
export function bridgeName(network: string): string {
  if (network.length <= LONGEST_NAME) return PREFIX + network;
  return PREFIX + createHash('sha256').update(network).digest('hex').slice(0, LONGEST_NAME);
}
