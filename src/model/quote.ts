const LONGEST = 80;

/**
 * Somebody else's text in double quotes for a message: cut where it is long, and everything that could move the
 * cursor or hide text on a terminal shown as `\u{…}`.
 */
export function quote(text: string): string {
  const points = [...text.slice(0, LONGEST * 2)];
  const shown = points.slice(0, LONGEST).map(printable).join('');
  const cut = points.length > LONGEST || text.length > LONGEST * 2;
  return cut ? `"${shown}…"` : `"${shown}"`;
}

/** Whether it can stand in a message without {@link quote}: short printable ASCII, no spaces. */
export function isPlain(text: string): boolean {
  return /^[!-~]{1,60}$/.test(text);
}

function printable(point: string): string {
  if (point === '"' || point === '\\') return `\\${point}`;
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(point)) return point;
  return `\\u{${(point.codePointAt(0) ?? 0).toString(16)}}`;
}
