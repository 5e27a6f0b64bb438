import type { GuestStatus } from '../model/status.ts';

/** The daemon's status line: `12 guests: 11 ready, 1 backing off`. */
export function summary(guests: readonly GuestStatus[]): string {
  const words: readonly (readonly [GuestStatus['state'], string])[] = [
    ['running', 'ready'],
    ['starting', 'starting'],
    ['stopping', 'stopping'],
    ['backoff', 'backing off'],
    ['failed', 'failed'],
    ['stopped', 'stopped'],
  ];
  const counts = words.flatMap(([state, word]) => {
    const count = guests.filter((guest) => guest.state === state).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const total = `${guests.length} guest${guests.length === 1 ? '' : 's'}`;
  return counts.length === 0 ? total : `${total}: ${counts.join(', ')}`;
}
