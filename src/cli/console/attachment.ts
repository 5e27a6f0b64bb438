import { setTimeout as delay } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';
import type { Client } from '../../adapters/dbus/client.ts';
import type { DaemonUnreachable } from '../../adapters/dbus/client-errors.ts';
import { NoSuchGuest } from '../../adapters/dbus/client-errors.ts';
import { UserError } from '../../model/error.ts';
import type { GuestStatus } from '../../model/status.ts';
import { openPts } from './pts.ts';

/** Milliseconds between two tries to attach again; what the daemon tells comes in between. */
const retryInterval = 500;
/** Milliseconds in which a guest whose last console was left just now gets its next. */
const patience = 8_000;

export interface AttachmentEvents {
  output(bytes: Buffer): void;
  /** The guest let go of its console; `status` is the newest, undefined when it has no definition any more. */
  detached(status: GuestStatus | undefined): void;
  attached(): void;
  /** The daemon is gone; what is attached stays so. */
  lost(error: DaemonUnreachable): void;
}

/** A guest's console, also across the guest's restarts. */
export class Attachment {
  readonly #name: string;
  readonly #events: AttachmentEvents;
  #status: GuestStatus | undefined;
  #stream: ReadStream | undefined;
  #opening = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(name: string, events: AttachmentEvents) {
    this.#name = name;
    this.#events = events;
  }

  /** Attaches for the first time. Rejects with UserError when the guest has no console now. */
  async open(client: Client): Promise<void> {
    const guests = await client.watch((event) => {
      if (event.kind === 'lost') return this.#events.lost(event.error);
      if (event.kind === 'removed') {
        if (event.name === this.#name) this.#status = undefined;
      } else if (event.status.name === this.#name) {
        this.#status = event.status;
        void this.#attachAgain();
      }
    });
    const action = `attach to the console of guest ${this.#name}`;
    const status = guests.find(({ name }) => name === this.#name);
    if (status === undefined)
      throw new NoSuchGuest(action, 'there is no such guest', { hint: 'see umlnfs status' });
    this.#status = status;
    try {
      this.#use(await this.#firstStream(action));
    } catch (error) {
      if (error instanceof UserError) throw error;
      const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
      throw new UserError(
        action,
        (error as Error).message,
        denied ? { hint: 'it is for root; use sudo' } : {},
      );
    }
  }

  async #firstStream(action: string): Promise<ReadStream> {
    this.#opening = true;
    const deadline = performance.now() + patience;
    try {
      for (;;) {
        const status = this.#status;
        if (status === undefined) throw new UserError(action, 'its definition was removed');
        if (status.pid === 0) throw noConsole(action, status);
        try {
          if (status.console !== '') return await openPts(this.#name, status.console, status.uid);
        } catch (error) {
          const { code = '' } = error as NodeJS.ErrnoException;
          // Somebody left it before: the guest makes another, which the daemon tells.
          if (!['ENOENT', 'EIO'].includes(code) || performance.now() > deadline) throw error;
        }
        if (performance.now() > deadline) throw noConsole(action, status);
        await delay(100);
      }
    } finally {
      this.#opening = false;
    }
  }

  /** False when it was not taken: detached, or the guest reads too slowly; `drained` resolves when it goes on. */
  write(bytes: Buffer): boolean {
    return this.#stream?.write(bytes) ?? true;
  }

  drained(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once('drain', resolve);
      stream.once('close', resolve);
    });
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#retry);
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  #use(stream: ReadStream): void {
    clearInterval(this.#retry);
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#events.output(bytes));
    // EIO, and then close, is how a pts tells that nobody is at the other end any more.
    stream.on('error', () => undefined);
    stream.on('end', () => stream.destroy());
    stream.on('close', () => this.#ended(stream));
  }

  #ended(stream: ReadStream): void {
    if (this.#closed || this.#stream !== stream) return;
    this.#stream = undefined;
    this.#events.detached(this.#status);
    // The new process may have a pts of the same number, and then the daemon has nothing new to tell.
    this.#retry = setInterval(() => void this.#attachAgain(), retryInterval);
  }

  async #attachAgain(): Promise<void> {
    const status = this.#status;
    if (this.#closed || this.#stream !== undefined || this.#opening || status === undefined) return;
    if (status.console === '' || status.pid === 0) return;
    this.#opening = true;
    try {
      const stream = await openPts(this.#name, status.console, status.uid);
      if (this.#closed) stream.destroy();
      else {
        this.#use(stream);
        this.#events.attached();
      }
    } catch {
      // Not yet, or not any more: tried again.
    } finally {
      this.#opening = false;
    }
  }
}

function noConsole(action: string, { name, pid, state }: GuestStatus): UserError {
  const down = pid === 0;
  return new UserError(action, down ? `it is ${state}` : 'it has none yet', {
    hint: down
      ? `umlnfs start ${name}`
      : 'try again when it has booted further; umlnfs logs shows how far it is',
  });
}
