import type { Logger } from 'pino';
import type { NotifyHub } from '../adapters/uml/notify.ts';
import { parseGuestMessage } from '../model/notify-message.ts';
import { Coalescer } from '../watch/coalesce.ts';
import type { Guests } from './guests.ts';
import { Seldom } from './seldom.ts';

export interface HearOptions {
  readonly hub: NotifyHub;
  readonly guests: Guests;
  readonly log: Logger;
  readonly clock: () => number;
  /** Tells what changed: nothing that a guest says but its readiness is worth a look at the host. */
  readonly announce: () => void;
  readonly onReady: (guest: string, how: string) => void;
}

/** Time (ms) between two announcements of what guests say, for all of them: each looks at every guest. */
const between = 250;

/** Writes what guests' kernels tell through their notify sockets into their records; returns what ends that. */
export function hearGuests({ hub, guests, log, clock, announce, onReady }: HearOptions): () => void {
  const said = new Coalescer(announce, { quiet: between, latest: between });
  const seldom = new Seldom(clock);
  const warn = (kind: string, guest: string, count: number, text: (total: number) => string) =>
    seldom.say(`${kind} ${guest}`, count, (total) => log.warn({ guest }, text(total)));

  hub.on('message', ({ guest, type, text }) => {
    const record = guests.records.get(guest);
    if (record?.seen.process === undefined) return;
    if (type === 'socket') record.kernelUp = true;
    else if (type === 'panic') record.panicked = true;
    else if (type === 'hang') warn('hang', guest, 1, () => `the kernel of guest ${guest} says that it hangs`);
    else {
      const message = parseGuestMessage(text);
      const { status = record.says } = message;
      if (status !== record.says) said.event();
      record.says = status;
      // At once, and once: a guest may say so as often as it likes.
      if (message.ready && record.seen.readyAt === undefined) onReady(guest, 'the guest said READY=1');
    }
  });
  hub.on('dropped', ({ guest, count }) => {
    const text = (total: number) =>
      `guest ${guest} writes too much to /proc/mconsole: ${total} messages were dropped`;
    warn('dropped', guest, count, text);
  });
  hub.on('mistrusted', ({ guest }) => {
    const text = () => `guest ${guest} named another mconsole socket than its own; it is not used`;
    warn('mistrusted', guest, 1, text);
  });
  hub.on('restarted', (cause) => log.warn({ reason: cause }, 'the reader of notify sockets was restarted'));
  return () => said.close();
}
