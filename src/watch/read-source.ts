import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { messageOf } from '../model/error.ts';

/** Larger than any definition; whatever is larger was put there by mistake. */
export const LARGEST_FILE = 64 * 1024;
/** A file or directory that changed less than this ago may be half-written. Milliseconds. */
export const SETTLE_TIME = 100;

export type ReadResult =
  | { readonly kind: 'text'; readonly text: string; readonly young: boolean }
  | { readonly kind: 'absent' }
  /** A link to /dev/null. */
  | { readonly kind: 'masked' }
  | { readonly kind: 'failed'; readonly message: string };

/** Reads a definition file; never rejects, and never waits on a device or FIFO that stands in its place. */
export async function readSource(path: string): Promise<ReadResult> {
  try {
    return await readRegular(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { kind: 'absent' };
    return { kind: 'failed', message: `cannot read the file: ${reason(code, messageOf(error))}` };
  }
}

async function readRegular(path: string): Promise<ReadResult> {
  if ((await realpath(path)) === '/dev/null') return { kind: 'masked' };
  const notRegular = { kind: 'failed', message: 'cannot read the file: it is not a regular file' } as const;
  // Looked at before, as opening alone can do something on a device; and after, as it can be another one by then.
  if (!(await stat(path)).isFile()) return notRegular;
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const status = await handle.stat();
    if (!status.isFile()) return notRegular;
    if (status.size > LARGEST_FILE) {
      return {
        kind: 'failed',
        message: 'cannot read the file: it is larger than 64 KiB, so it is no definition',
      };
    }
    const buffer = Buffer.alloc(status.size + 1);
    let length = 0;
    for (let bytesRead = -1; bytesRead !== 0 && length < buffer.length; length += bytesRead) {
      ({ bytesRead } = await handle.read(buffer, length, buffer.length - length, length));
    }
    const grew = length !== status.size;
    const text = decode(buffer.subarray(0, length));
    if (text === undefined) return { kind: 'failed', message: 'cannot read the file: it is not UTF-8 text' };
    return { kind: 'text', text, young: grew || isYoung((await handle.stat()).mtimeMs) };
  } finally {
    await handle.close();
  }
}

/**
 * Whether something changed just now. This is the one place where the wall clock counts, as that is what files are
 * stamped with; after a jump of it a file merely looks old.
 */
export function isYoung(mtimeMs: number): boolean {
  return Math.abs(Date.now() - mtimeMs) < SETTLE_TIME;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function reason(code: string | undefined, message: string): string {
  if (code === 'EACCES' || code === 'EPERM')
    return 'permission denied; umlnfsd runs as root, umlnfs check may need sudo';
  if (code === 'ELOOP') return 'it is a link that leads back to itself';
  return message;
}
