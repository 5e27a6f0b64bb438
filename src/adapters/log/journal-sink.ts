import dgram from 'unix-dgram';
import { encodeEntry, journalFields } from './journal-entry.ts';
import { plainLine } from './plain-line.ts';
import { parseRecord, priorityOf } from './record.ts';

export const journalSocket = '/run/systemd/journal/socket';

export interface Sink {
  write(line: string): void;
}

/**
 * Sends log lines to journald. Never waits: while journald does not keep up, lines are dropped and counted; where
 * it does not take them at all, they go to `fallback` in the form that it reads from standard error.
 */
export function journalSink(path: string, fallback: Sink): Sink {
  const socket = dgram.createSocket('unix_dgram');
  socket.on('error', () => undefined);
  let dropped = 0;

  /** `taken`, `full` for now, or `refused`. */
  const send = (entry: Buffer) => {
    let outcome = 'taken' as 'taken' | 'full' | 'refused';
    socket.send(entry, 0, entry.length, path, (error) => {
      if (error !== undefined) outcome = isFull(error.errno) ? 'full' : 'refused';
    });
    return outcome;
  };

  const report = () => {
    const text = `${dropped} messages were dropped: the journal did not keep up`;
    const entry = encodeEntry([
      ['MESSAGE', text],
      ['PRIORITY', '4'],
      ['SYSLOG_IDENTIFIER', 'umlnfsd'],
    ]);
    if (send(entry) === 'taken') dropped = 0;
  };

  return {
    write(line) {
      const record = parseRecord(line);
      if (dropped > 0) report();
      const outcome = send(encodeEntry(journalFields(record)));
      if (outcome === 'full') dropped += 1;
      else if (outcome === 'refused') fallback.write(plainLine(record, priorityOf(record.level)));
    },
  };
}

const eagain = 11;
const enobufs = 105;

function isFull(errno: number): boolean {
  return [eagain, enobufs].includes(Math.abs(errno));
}
