import { isGuestName } from '../guest-name.ts';
import type { ValueType } from '../key.ts';
import { absolutePath } from './path.ts';
import { refuse } from './refuse.ts';

/** The path of a root, or its name in the export directory. */
export const rootReference: ValueType<string> = {
  name: 'root',
  syntax: "an absolute path, or a root's name as umlnfs rootfs list shows it",
  parse(text) {
    if (text.startsWith('/')) return absolutePath.parse(text);
    // A colon is in names of guests, and not in those of their roots.
    return isGuestName(text) && !text.includes(':') ? text : refuse(text, this.syntax);
  },
  format: (value) => value,
};
