/** The part of unix-dgram that is used; the package has no types of its own. */
declare module 'unix-dgram' {
  import type { EventEmitter } from 'node:events';

  export interface Socket
    extends EventEmitter<{ message: [data: Buffer]; error: [error: Error]; listening: [] }> {
    /** At most 107 bytes: a longer path is cut off without an error. Emits `listening` or `error` before it returns. */
    bind(path: string): void;
    /** The callback comes before it returns. */
    send(
      data: Buffer,
      offset: number,
      length: number,
      path: string,
      callback: (error?: SendError) => void,
    ): void;
    /** Throws when it is closed already. */
    close(): void;
  }

  export interface SendError extends Error {
    /** The negative error number. */
    readonly errno: number;
  }

  const dgram: { createSocket(type: 'unix_dgram', listener?: (data: Buffer) => void): Socket };
  export default dgram;
}
