import { createHash } from 'node:crypto';

/**
 * The first id after systemd's range for containers (524288 to 1879048191), which useradd and its like do not hand
 * out either; 24 bits of digest above it stay below 2^31.
 */
const FIRST_UID = 1_879_048_192;

/** The user id (and group id) of a guest without User=. */
export function guestUid(guest: string): number {
  return FIRST_UID + createHash('sha256').update(guest).digest().readUIntBE(0, 3);
}
