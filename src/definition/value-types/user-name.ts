import { ValueError, type ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

/** (uid_t) -1 in 32 and in 16 bits: "no user" for the kernel. */
const NOBODY_AT_ALL = [65_535, 4_294_967_295];

/** A user's name, or a numeric id as a number; never root. */
export const userName: ValueType<string | number> = {
  name: 'user',
  syntax: 'a user name or a numeric user id',
  parse(text) {
    if (text === 'root' || /^0+$/.test(text)) {
      throw new ValueError(
        `${text} is the superuser, and a guest must not run as that; leave the key out for a user of its own`,
      );
    }
    if (/^[1-9]\d{0,9}$/.test(text)) {
      const id = Number(text);
      if (id > 4_294_967_295 || NOBODY_AT_ALL.includes(id))
        return refuse(text, this.syntax, 'the kernel has no such user id');
      return id;
    }
    if (!/^[A-Za-z_][A-Za-z0-9._-]{0,31}$/.test(text)) return refuse(text, this.syntax);
    return text;
  },
  format: String,
};
