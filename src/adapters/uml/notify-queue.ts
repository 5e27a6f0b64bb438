import { parseGuestMessage } from '../../model/notify-message.ts';
import type { Notification, NotifyType } from './mconsole-wire.ts';

/** Messages of one guest that wait to be forwarded. */
const most = 32;

export interface Batch {
  readonly guest: string;
  readonly messages: readonly Notification[];
  /** Messages that were dropped because the guest wrote too many. */
  readonly dropped: number;
}

/**
 * Keeps what one guest said until it is forwarded, in bounded memory: the first messages, and of what comes
 * after them the newest of each kind that decides something (panic, hang, socket, READY=1). Of those that only
 * tell how the guest is the newest is kept, whenever it comes: it makes the ones before it untrue.
 */
export class NotifyQueue {
  /** In the order of their coming. */
  readonly #waiting = new Map<number | NotifyType | 'status', Notification>();
  #count = 0;
  #dropped = 0;

  get empty(): boolean {
    return this.#count === 0;
  }

  add(message: Notification): void {
    this.#count += 1;
    const key = this.#keyOf(message);
    const replaced = key !== undefined && this.#waiting.delete(key);
    // A few that were replaced are nothing to complain of.
    if (this.#count > most && (replaced || key === undefined)) this.#dropped += 1;
    if (key !== undefined) this.#waiting.set(key, message);
  }

  /** What waits, and forgets it. */
  take(): { messages: readonly Notification[]; dropped: number } {
    const taken = { messages: [...this.#waiting.values()], dropped: this.#dropped };
    this.#waiting.clear();
    this.#count = 0;
    this.#dropped = 0;
    return taken;
  }

  /** A message replaces the one of its key; undefined where there is no room for it. */
  #keyOf({ type, text }: Notification): number | NotifyType | 'status' | undefined {
    const said = type === 'user' ? parseGuestMessage(text) : undefined;
    if (said?.ready === false && said.status !== undefined) return 'status';
    if (this.#count <= most) return this.#count;
    return said?.ready === false ? undefined : type;
  }
}
