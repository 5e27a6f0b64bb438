import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const chunk = 64 * 1024;

export function openLog(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

/** The offset where the last `lines` lines of `size` bytes begin; a last line without an end counts. */
export async function lastLines(file: FileHandle, lines: number, size: number): Promise<number> {
  if (lines === 0) return size;
  const buffer = Buffer.alloc(chunk);
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index -= 1) {
      // The end of the last line begins no other.
      if (buffer[index] !== 0x0a || start + index === size - 1) continue;
      found += 1;
      if (found === lines) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** From an offset to `end`, or to what is the end when it is reached. */
export async function* readFrom(
  file: FileHandle,
  offset: number,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  for (let position = offset; position < end; ) {
    const length = Math.min(chunk, end - position);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The whole log as it is now, or its last lines: a guest that goes on writing is not run after. */
export async function* readLog(path: string, lines: number | undefined): AsyncGenerator<Buffer> {
  const file = await openLog(path);
  try {
    const { size } = await file.stat();
    yield* readFrom(file, lines === undefined ? 0 : await lastLines(file, lines, size), size);
  } finally {
    await file.close();
  }
}
