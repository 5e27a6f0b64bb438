import { open } from 'node:fs/promises';
import { sanitise } from '../model/end.ts';
import { detail, say } from './say.ts';

const lines = 25;
const most = 16 * 1024;

/** Shows the last lines of a file, and where it is. */
export async function showEnd(what: string, path: string): Promise<void> {
  const tail = await tailOf(path);
  say(tail === '' ? `${what} is empty (${path})` : `the end of ${what} (${path}):`);
  if (tail !== '') detail(tail);
}

/** Without what could play tricks on a terminal: a guest may have written it. */
async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, most));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8')
      .split('\n')
      .slice(-lines - 1)
      .map((line) => sanitise(readable(line)))
      .join('\n')
      .trimEnd();
  } finally {
    await file.close();
  }
}

/** The daemon's own lines are JSON, which is not for people. */
function readable(line: string): string {
  try {
    const { level, guest, msg, reason } = JSON.parse(line) as Record<string, unknown>;
    const grade = Number(level) >= 50 ? 'error: ' : Number(level) >= 40 ? 'warning: ' : '';
    const because = reason === undefined ? '' : ` because ${reason}`;
    return `${grade}${guest === undefined ? '' : `${guest}: `}${msg}${because}`;
  } catch {
    return line;
  }
}
