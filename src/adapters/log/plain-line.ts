import { type LogRecord, messageText, valueText } from './record.ts';

const longest = 2048;

/**
 * A line as systemd reads it from standard error: `<PRIORITY>MESSAGE (guest=web1 reason="…")`. It stays one line
 * whatever the values hold, so that none of them can begin a line with a priority of its own.
 */
export function plainLine(record: LogRecord, priority: number): string {
  const about = Object.entries(record.fields).map(([key, value]) => `${key}=${quoted(valueText(value))}`);
  const text = about.length === 0 ? messageText(record) : `${messageText(record)} (${about.join(' ')})`;
  return `<${priority}>${oneLine(text).slice(0, longest)}\n`;
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => JSON.stringify(char).slice(1, -1))
    .replace(/\p{Cc}/gu, '\uFFFD');
}
