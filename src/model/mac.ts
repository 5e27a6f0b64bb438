import { createHash } from 'node:crypto';

/**
 * The MAC address a guest keeps over restarts and renames of everything else: with a random one the host's stale
 * ARP entry stalls the NFS mount of a guest that was restarted quickly.
 *
 * @param hostId what tells this host from others on the same network (the machine id)
 * @returns lower case with colons, locally administered, unicast
 */
export function stableMac(hostId: string, guest: string): string {
  const digest = createHash('sha256').update(`${hostId}\0${guest}`).digest();
  const bytes = [...digest.subarray(0, 6)];
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
