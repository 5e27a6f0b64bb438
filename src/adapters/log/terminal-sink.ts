import pretty from 'pino-pretty';
import type { Sink } from './journal-sink.ts';

/** Nothing of these may reach a terminal from a guest's words: they move the cursor, or hide text. */
const unsafe = /(?![\n\t])[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** Shows log lines to people, at once, on standard error. */
export function terminalSink(colours: boolean, destination: number | NodeJS.WritableStream = 2): Sink {
  const stream = pretty({
    colorize: colours,
    destination,
    sync: true,
    ignore: 'pid,hostname,event',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return {
    write(line) {
      const record = JSON.parse(line, (_, value: unknown) =>
        typeof value === 'string' ? value.replace(unsafe, '\uFFFD') : value,
      );
      stream.write(`${JSON.stringify(record)}\n`);
    },
  };
}
