import { createHash } from 'node:crypto';

/** Sixteen digits that stand for a text, where names have to be short. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
