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
 * after them the newest of each kind that decides something (panic, hang, socket, READY=1).
 */
export class NotifyQueue {
  #messages: Notification[] = [];
  #deciding = new Map<NotifyType, Notification>();
  #dropped = 0;

  get empty(): boolean {
    return this.#messages.length === 0 && this.#deciding.size === 0 && this.#dropped === 0;
  }

  add(message: Notification): void {
    if (this.#messages.length < most) {
      this.#messages.push(message);
    } else if (message.type !== 'user' || parseGuestMessage(message.text).ready) {
      if (this.#deciding.has(message.type)) this.#dropped += 1;
      this.#deciding.set(message.type, message);
    } else {
      this.#dropped += 1;
    }
  }

  /** What waits, and forgets it. */
  take(): { messages: readonly Notification[]; dropped: number } {
    const taken = { messages: [...this.#messages, ...this.#deciding.values()], dropped: this.#dropped };
    this.#messages = [];
    this.#deciding = new Map();
    this.#dropped = 0;
    return taken;
  }
}
