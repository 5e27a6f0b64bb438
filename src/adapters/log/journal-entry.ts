import { messageIds } from './message-ids.ts';
import { type LogRecord, messageText, priorityOf, valueText } from './record.ts';

/** Bytes. Far below what a datagram can hold (the socket's send buffer), and far above what is worth reading. */
const longestEntry = 60 * 1024;
const longestValue = 16 * 1024;
const cut = ' … (cut)';

/**
 * An entry for journald's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). A value with a line's end
 * goes in the form with a length, so that no value can begin a field of its own. What is too long is cut.
 */
export function encodeEntry(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (const [name, value] of fields) {
    const part = encodeField(name, shorten(value));
    if (length + part.length > longestEntry) continue;
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts);
}

function encodeField(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  if (!value.includes('\n')) return Buffer.concat([Buffer.from(`${name}=`), bytes, Buffer.from('\n')]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, Buffer.from('\n')]);
}

function shorten(value: string): string {
  if (Buffer.byteLength(value) <= longestValue) return value;
  // Cut in bytes; a character that is cut in two is dropped.
  const kept = Buffer.from(value).subarray(0, longestValue - Buffer.byteLength(cut));
  return kept.toString('utf8').replace(/\uFFFD$/, '') + cut;
}

/** `guest` becomes UMLNFS_GUEST; undefined for what can be no field name. */
function fieldName(key: string): string | undefined {
  const name = `UMLNFS_${key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`;
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(name) ? name : undefined;
}

/** The journal's fields of a log line, the most important first. */
export function journalFields(record: LogRecord): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['MESSAGE', messageText(record)],
    ['PRIORITY', String(priorityOf(record.level))],
    ['SYSLOG_IDENTIFIER', 'umlnfsd'],
  ];
  const { event } = record.fields;
  if (typeof event === 'string' && Object.hasOwn(messageIds, event))
    fields.push(['MESSAGE_ID', messageIds[event as keyof typeof messageIds].id]);
  for (const [key, value] of Object.entries(record.fields)) {
    const name = fieldName(key);
    if (name !== undefined && key !== 'event' && value !== null) fields.push([name, valueText(value)]);
  }
  if (record.err !== undefined) {
    if (record.err.errno !== undefined) fields.push(['ERRNO', String(Math.abs(record.err.errno))]);
    fields.push(['UMLNFS_STACK', record.err.stack]);
  }
  return fields;
}
