import { stringify } from 'ini';
import { messageOf, UserError } from '../model/error.ts';
import { rowsOf } from './assign.ts';
import type { GuestSettings } from './guest-table.ts';
import { guestTable } from './guest-table.ts';
import type { Key } from './key.ts';

/** Some of a guest's settings; what is left out keeps its default. */
export type DefinitionInput = { readonly [S in keyof GuestSettings]?: Partial<GuestSettings[S]> };

/**
 * The text of a definition that says these settings.
 *
 * @throws UserError where a value is one that a definition could not have
 */
export function formatDefinition(input: DefinitionInput): string {
  const sections: Record<string, Record<string, string | string[]>> = {};
  for (const { id, section, key } of rowsOf(guestTable)) {
    const [sectionId = '', keyId = ''] = id.split('.');
    const value = (input as Record<string, Record<string, unknown>>)[sectionId]?.[keyId];
    if (value === undefined) continue;
    const written =
      key.arity !== 'one' ? (value as unknown[]).map((one) => format(key, one)) : format(key, value);
    sections[section] = { ...sections[section], [key.name]: written };
  }
  // A list as repeated keys; the library's own way is Key[]=, which nobody else reads.
  return stringify(sections, { bracketedArray: false, platform: 'linux' });
}

function format(key: Key<unknown>, value: unknown): string {
  const action = `write ${key.name}= into a definition`;
  const text = key.type.format(value);
  let parsed: unknown;
  try {
    parsed = key.type.parse(text);
  } catch (error) {
    throw new UserError(action, messageOf(error), { cause: error });
  }
  // Strings may be tidied (/a/ to /a); a number that comes back as another one was none of this key.
  if (typeof value !== 'string' && JSON.stringify(parsed) !== JSON.stringify(value)) {
    throw new UserError(action, `${JSON.stringify(value)} is not ${key.type.syntax}`);
  }
  return text;
}
