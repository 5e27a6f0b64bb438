import { GuestText } from './guest-text.ts';

/** Somebody else's text for a line on a terminal; of any length. */
export function printable(text: string): string {
  const filter = new GuestText('text');
  return (filter.push(Buffer.from(text)) + filter.end()).replaceAll('\n', ' ').trim();
}
