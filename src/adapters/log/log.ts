import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type Logger, levels, pino } from 'pino';
import { UserError } from '../../model/error.ts';
import { journalSink, journalSocket } from './journal-sink.ts';
import { terminalSink } from './terminal-sink.ts';

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
}

/**
 * The daemon's log. Under systemd it goes to the journal with its fields (`guest` as UMLNFS_GUEST and so on, `event`
 * as MESSAGE_ID); on a terminal it is for people; else it is a JSON object per line. Always by way of standard error.
 * @throws UserError for a level that there is not
 */
export function createLog({ level }: LogOptions): Logger {
  const known = [...Object.values(levels.labels), 'silent'];
  if (!known.includes(level))
    throw new UserError(`log at level ${level}`, 'there is no such level', {
      hint: `use ${known.join(', ')}`,
    });
  const options = { level, base: null };
  const plain = () => pino.destination({ fd: 2, sync: true });
  if (isJournal(process.env.JOURNAL_STREAM, 2)) return pino(options, journalSink(journalSocket, plain()));
  if (isatty(2))
    return pino(options, terminalSink((process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'));
  return pino(options, plain());
}

/** Whether a file descriptor is the one that systemd connected to the journal, as JOURNAL_STREAM says (systemd.exec(5)). */
export function isJournal(stream: string | undefined, fd: number): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
