import { chownSync, rmSync } from 'node:fs';
import dgram from 'unix-dgram';
import { decodeNotify } from '../../adapters/uml/mconsole-wire.ts';
import { parseGuestMessage } from '../../model/notify-message.ts';

/** The notify socket of one guest that a shell starts, read by this process. */
export class NotifySocket {
  readonly #path: string;
  readonly #socket = dgram.createSocket('unix_dgram');
  /** Resolves with the time (ms, monotonic) of READY=1. */
  readonly ready: Promise<number>;

  /** @param uid the user who may write to it */
  constructor(path: string, uid: number) {
    this.#path = path;
    rmSync(path, { force: true });
    this.ready = new Promise((resolve) => {
      this.#socket.on('message', (datagram) => {
        const message = decodeNotify(datagram);
        if (message?.type === 'user' && parseGuestMessage(message.text).ready) resolve(performance.now());
      });
    });
    this.#socket.bind(path);
    chownSync(path, uid, -1);
  }

  close(): void {
    this.#socket.close();
    rmSync(this.#path, { force: true });
  }
}
