import { quote } from '../../model/quote.ts';
import { ValueError } from '../key.ts';

/** Throws `"TEXT" is not SYNTAX`, with the reason where the syntax alone does not say it. */
export function refuse(text: string, syntax: string, reason?: string): never {
  throw new ValueError(`${quote(text)} is not ${syntax}${reason === undefined ? '' : `: ${reason}`}`);
}
