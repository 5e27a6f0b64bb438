import { type Diagnosis, failure, ok } from './diagnosis.ts';

const item = '/dev/net/tun';

export interface TunSeen {
  readonly kind: 'missing' | 'tun' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Why it cannot be opened, where it cannot. */
  readonly refusal: string | undefined;
}

/** Guests' users open it themselves: each its own tap. */
export function judgeTun({ kind, mode, refusal }: TunSeen): Diagnosis {
  const make = 'mkdir -p /dev/net && mknod -m 666 /dev/net/tun c 10 200';
  if (kind === 'missing') return failure(item, 'it does not exist', `modprobe tun || (${make})`);
  if (kind === 'other') return failure(item, 'it is not the tun device', `rm /dev/net/tun && ${make}`);
  if ((mode & 0o006) !== 0o006) {
    return failure(
      item,
      `guests run as users of their own, and its mode ${mode.toString(8).padStart(4, '0')} keeps them out`,
      'chmod 666 /dev/net/tun',
    );
  }
  if (refusal !== undefined) return failure(item, `it cannot be opened: ${refusal}`, 'modprobe tun');
  return ok(item, "guests' users can open it");
}
