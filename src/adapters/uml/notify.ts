import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../model/error.ts';
import type { NotifyType } from './mconsole-wire.ts';
import type { ReaderReply, ReaderRequest } from './notify-reader.ts';

export interface NotifyEvent {
  readonly guest: string;
  readonly type: NotifyType;
  /** The guest's own words, not sanitised; for `socket` the path that was expected. */
  readonly text: string;
}

interface Events {
  message: [NotifyEvent];
  /** A guest wrote too much; so many of its messages were not forwarded. */
  dropped: [{ readonly guest: string; readonly count: number }];
  /** A guest named another mconsole path than the expected one; it is not to be used. */
  mistrusted: [{ readonly guest: string; readonly text: string }];
  /** The reading process ended and is started again; messages may have been lost. */
  restarted: [cause: string];
}

interface Opened {
  readonly path: string;
  readonly uid: number;
  readonly mconsole: string;
}

/** How soon (ms) a reader that ended is started again. */
const restartDelay = 200;

/**
 * The sockets through which guests' kernels tell that they are up, panic, and what was written to
 * /proc/mconsole. A process of its own reads them, always and at once, so that neither a busy daemon can hold up
 * a guest nor a flooding guest the daemon.
 */
export class NotifyHub extends EventEmitter<Events> {
  readonly #module: string;
  readonly #opened = new Map<string, Opened>();
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #reader: ChildProcess | undefined;
  #nextId = 1;
  #closed = false;

  /** @param module the compiled reader, where it does not lie beside this file */
  constructor(module: string = fileURLToPath(new URL('./notify-reader.js', import.meta.url))) {
    super();
    this.#module = module;
  }

  /** Starts the reading process before it is needed: that takes a tenth of a second. */
  warmUp(): void {
    this.#running();
  }

  /**
   * Listens at `path`, where only the user `uid` may write; replaces a socket that is there. Resolves when the
   * guest can write. `mconsole` is the path that the guest's kernel has to name.
   */
  async open(guest: string, path: string, uid: number, mconsole: string): Promise<void> {
    this.#opened.set(guest, { path, uid, mconsole });
    try {
      await this.#ask({ kind: 'open', id: this.#nextId++, guest, path, uid });
    } catch (error) {
      this.#opened.delete(guest);
      throw new UserError(`listen for guest ${guest} at ${path}`, messageOf(error), { cause: error });
    }
  }

  /** Stops listening and removes the socket. No error when it is not open. */
  async close(guest: string): Promise<void> {
    if (!this.#opened.delete(guest)) return;
    await this.#ask({ kind: 'close', id: this.#nextId++, guest }).catch(() => {});
  }

  /** Ends the reader. Sockets of guests that run on are left for the next daemon. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    const reader = this.#reader;
    if (reader === undefined || reader.exitCode !== null || reader.signalCode !== null) return;
    const gone = new Promise((resolve) => reader.once('exit', resolve));
    if (reader.connected) reader.disconnect();
    await gone;
  }

  #ask(request: ReaderRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#running().send(request, (error) => {
        if (error !== null) this.#settle(request.id, messageOf(error));
      });
    });
  }

  #settle(id: number, error: string | undefined): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new Error(error));
  }

  #running(): ChildProcess {
    if (this.#reader !== undefined) return this.#reader;
    const reader = fork(this.#module, {
      // Not in the terminal's process group: Ctrl-C is the daemon's to act upon.
      detached: true,
      // It keeps little, and is to take little.
      execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1'],
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#reader = reader;
    reader.on('message', (reply: ReaderReply) => this.#heard(reply));
    reader.on('error', (error) => this.#lost(reader, error.message));
    reader.once('exit', (code, signal) => this.#lost(reader, signal ?? `exit status ${code}`));
    return reader;
  }

  #lost(reader: ChildProcess, cause: string): void {
    if (this.#reader !== reader) return;
    this.#reader = undefined;
    for (const id of [...this.#waiting.keys()])
      this.#settle(id, `the reader of notify sockets ended: ${cause}`);
    if (this.#closed) return;
    this.emit('restarted', cause);
    setTimeout(() => void this.#reopen(), restartDelay).unref();
  }

  async #reopen(): Promise<void> {
    for (const [guest, { path, uid }] of this.#opened) {
      if (this.#closed) return;
      await this.#ask({ kind: 'open', id: this.#nextId++, guest, path, uid }).catch(() => {});
    }
  }

  #heard(reply: ReaderReply): void {
    if (reply.kind === 'done') {
      this.#settle(reply.id, reply.error);
      return;
    }
    for (const { guest, messages, dropped } of reply.batches) {
      for (const { type, text } of messages) this.#tell(guest, type, text);
      if (dropped > 0) this.emit('dropped', { guest, count: dropped });
    }
  }

  #tell(guest: string, type: NotifyType, text: string): void {
    const opened = this.#opened.get(guest);
    if (opened === undefined) return;
    if (type === 'socket' && text !== opened.mconsole) this.emit('mistrusted', { guest, text });
    else this.emit('message', { guest, type, text });
  }
}
