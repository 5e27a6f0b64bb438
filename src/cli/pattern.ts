import type { Client } from '../adapters/dbus/client.ts';
import { NoSuchGuest } from '../adapters/dbus/client-errors.ts';

const longestPattern = 255;

/** Whether an operand stands for the guests that match it: a glob as the shell has them, or `lab@` for all instances. */
export function isPattern(operand: string): boolean {
  return /[*?[]/.test(operand) || operand.endsWith('@');
}

/** A test for the guests that an operand means: a name means itself. */
export function matcherOf(operand: string): (name: string) => boolean {
  if (!isPattern(operand)) return (name) => name === operand;
  // No name is so long, and expressions have their limits.
  if (operand.length > longestPattern) return () => false;
  const glob = operand.endsWith('@') ? `${operand.slice(0, -1)}:*` : operand;
  const expression = glob.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (token, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`;
    if (token === '*') return '.*';
    if (token === '?') return '.';
    return token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  try {
    const whole = new RegExp(`^(?:${expression})$`);
    return (name) => whole.test(name);
  } catch {
    // A set that is none, as [z-a]: it matches nothing.
    return () => false;
  }
}

/**
 * The guests that the operands mean, each once, in the order of the operands. Names are handed on as they are.
 * @throws NoSuchGuest for a pattern that no guest matches
 */
export async function namesOf(client: Client, operands: readonly string[]): Promise<string[]> {
  if (!operands.some(isPattern)) return [...new Set(operands)];
  const guests = (await client.guests()).map(({ name }) => name);
  return [...new Set(operands.flatMap((operand) => matching(operand, guests)))];
}

/** @throws NoSuchGuest for a pattern that no guest matches */
export function matching(operand: string, guests: readonly string[]): readonly string[] {
  if (!isPattern(operand)) return [operand];
  const found = guests.filter(matcherOf(operand));
  if (found.length > 0) return found;
  throw new NoSuchGuest(`find guests ${operand}`, 'no guest matches that', { hint: 'see umlnfs status' });
}

/**
 * The guests that the operands mean, of those that are known.
 * @throws NoSuchGuest for a name that is nobody's, and for a pattern that no guest matches
 */
export function knownOf(operands: readonly string[], known: readonly string[]): ReadonlySet<string> {
  const meant = operands.map((operand) => {
    const matches = matcherOf(operand);
    // `lab@` itself is there as well where nobody knows its instances.
    const found = known.filter((name) => name === operand || matches(name));
    if (found.length > 0) return found;
    if (isPattern(operand)) return matching(operand, known);
    throw new NoSuchGuest(`find guest ${operand}`, `there is no guest ${JSON.stringify(operand)}`, {
      hint: 'see umlnfs status for the guests there are, and umlnfs check for definitions with problems',
    });
  });
  return new Set(meant.flat());
}
