import { type FileHandle, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines, openLog, readFrom } from './read.ts';

/** Milliseconds between two looks at the file. Not inotify: the log may lie on any file system. */
const interval = 200;
/** The last bytes shown, by which the place is found again in a log that was cut. */
const remembered = 512;

export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** A new file is in the old one's place: the guest was started again. */
  | { readonly kind: 'restart' }
  /** The file was emptied. */
  | { readonly kind: 'emptied' };

/** The log, and what is written to it from now on; also when it is replaced, cut, or does not exist yet. Never ends. */
export async function* followLog(path: string, lines: number | undefined): AsyncGenerator<Piece> {
  let first = true;
  for (;;) {
    const file = await openWhenThere(path);
    try {
      if (!first) yield { kind: 'restart' };
      yield* followFile(
        path,
        file,
        first && lines !== undefined ? await lastLines(file, lines, (await file.stat()).size) : 0,
      );
      first = false;
    } finally {
      await file.close();
    }
  }
}

async function openWhenThere(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await openLog(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await delay(interval);
    }
  }
}

/** Ends when another file is at the path and this one was read to its end. */
async function* followFile(path: string, file: FileHandle, from: number): AsyncGenerator<Piece> {
  const { ino, dev } = await file.stat();
  let offset = from;
  let last = Buffer.alloc(0);
  for (;;) {
    // Looked at before reading: what the old file got until it was replaced is still read.
    const replaced = await stat(path).then(
      (there) => there.ino !== ino || there.dev !== dev,
      () => false,
    );
    for await (const bytes of readFrom(file, offset)) {
      offset += bytes.length;
      last = Buffer.concat([last, bytes]).subarray(-remembered);
      yield { kind: 'bytes', bytes };
    }
    if (replaced) return;
    await delay(interval);
    if ((await file.stat()).size >= offset) continue;
    // It is being cut; its end is put back right after.
    await delay(interval);
    const place = await find(file, last);
    if (place === undefined) yield { kind: 'emptied' };
    offset = place ?? 0;
  }
}

async function find(file: FileHandle, last: Buffer): Promise<number | undefined> {
  const pieces: Buffer[] = [];
  for await (const bytes of readFrom(file, 0)) pieces.push(bytes);
  const index = last.length === 0 ? -1 : Buffer.concat(pieces).lastIndexOf(last);
  return index === -1 ? undefined : index + last.length;
}
