import { isGuestName, NAME_SYNTAX } from '../guest-name.ts';
import type { ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

/** The name of another guest. */
export const guestReference: ValueType<string> = {
  name: 'guest',
  syntax: `a guest's name: ${NAME_SYNTAX}`,
  parse: (text) => (isGuestName(text) ? text : refuse(text, guestReference.syntax)),
  format: (value) => value,
};
