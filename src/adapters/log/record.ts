/** A line as pino writes it: one JSON object. What it holds may be a guest's own words. */
export interface LogRecord {
  readonly level: number;
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly err: { readonly message: string; readonly stack: string; readonly errno?: number } | undefined;
}

/** What pino adds to every line, and the sinks say in ways of their own. */
const own = new Set(['level', 'msg', 'time', 'pid', 'hostname', 'err']);

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** @param line what pino gave its stream */
export function parseRecord(line: string): LogRecord {
  const raw = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.fromEntries(Object.entries(raw).filter(([key]) => !own.has(key)));
  const level = typeof raw.level === 'number' ? raw.level : 30;
  return { level, msg: text(raw.msg), fields, err: errorOf(raw.err) };
}

function errorOf(value: unknown): LogRecord['err'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { message, stack, errno } = value as Record<string, unknown>;
  const about = { message: text(message), stack: text(stack) };
  return typeof errno === 'number' ? { ...about, errno } : about;
}

/** The syslog priority of a pino level. */
export function priorityOf(level: number): number {
  if (level >= 60) return 2;
  if (level >= 50) return 3;
  if (level >= 40) return 4;
  return level >= 30 ? 6 : 7;
}

/** The message, and the error that caused it where there is one. */
export function messageText({ msg, err }: LogRecord): string {
  if (err === undefined || err.message === '' || msg.includes(err.message)) return msg;
  return msg === '' ? err.message : `${msg}: ${err.message}`;
}

export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
