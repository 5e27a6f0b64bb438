import type { Logger } from 'pino';
import type { NotifyHub } from '../adapters/uml/notify.ts';
import { parseGuestMessage } from '../model/notify-message.ts';
import type { Guests } from './guests.ts';

/** Writes what guests' kernels tell through their notify sockets into their records. */
export function hearGuests(
  hub: NotifyHub,
  guests: Guests,
  log: Logger,
  markDirty: () => void,
  onReady: (guest: string, how: string) => void,
): void {
  hub.on('message', ({ guest, type, text }) => {
    const record = guests.records.get(guest);
    if (record?.seen.process === undefined) return;
    if (type === 'socket') record.kernelUp = true;
    else if (type === 'panic') record.panicked = true;
    else if (type === 'hang') log.warn({ guest }, `the kernel of guest ${guest} says that it hangs`);
    else {
      const message = parseGuestMessage(text);
      if (message.status !== undefined) record.says = message.status;
      if (message.ready) onReady(guest, 'the guest said READY=1');
    }
    markDirty();
  });
  hub.on('dropped', ({ guest, count }) => {
    log.warn({ guest }, `guest ${guest} wrote too much to /proc/mconsole: ${count} messages were dropped`);
  });
  hub.on('mistrusted', ({ guest }) => {
    log.warn({ guest }, `guest ${guest} named another mconsole socket than its own; it is not used`);
  });
  hub.on('restarted', (cause) => log.warn({ reason: cause }, 'the reader of notify sockets was restarted'));
}
