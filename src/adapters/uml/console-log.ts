import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A log that is longer than this (bytes) is cut down … */
const longest = 8 * 1024 * 1024;
/** … to its beginning, which tells how the guest booted, and its end. */
const keptHead = 256 * 1024;
const keptTail = 1024 * 1024;
/** Logs of earlier boots that are kept. */
const older = 3;

export interface Limits {
  readonly longest: number;
  readonly head: number;
  readonly tail: number;
}

const usual: Limits = { longest, head: keptHead, tail: keptTail };

/**
 * Begins a new console log and keeps the last boots' ones as `.1` (the newest) to `.3`. The file is for
 * appending only; the caller closes it.
 */
export async function openConsoleLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  for (let age = older; age > 0; age -= 1) {
    await rename(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`).catch(ignoreMissing);
  }
  const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  return await open(path, O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o640);
}

/**
 * Cuts a log in place that has become too long, while its guest goes on writing: the beginning of this boot and
 * the end stay, with a line between them that says how much is missing. True when it was cut.
 */
export async function boundConsoleLog(path: string, limits: Limits = usual): Promise<boolean> {
  const size = (await stat(path).catch(ignoreMissing))?.size ?? 0;
  if (size <= limits.longest) return false;
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  const appending = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  try {
    const head = wholeLines(await read(file, 0, limits.head));
    const tail = await read(file, size - limits.tail, limits.tail);
    await file.truncate(head.length);
    const dropped = size - head.length - tail.length;
    const line = `\n--- ${dropped} bytes of the console are left out here ---\n`;
    await appending.write(Buffer.concat([Buffer.from(line), tail]));
    return true;
  } finally {
    await Promise.all([file.close(), appending.close()]);
  }
}

/** The last `bytes` of a log, from the beginning of a line; empty when there is no log. */
export async function readConsoleTail(path: string, bytes = 16 * 1024): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(ignoreMissing);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - bytes);
    const text = (await read(file, from, bytes)).toString('utf8');
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

function wholeLines(data: Buffer): Buffer {
  return data.subarray(0, data.lastIndexOf(0x0a) + 1);
}

async function read(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
