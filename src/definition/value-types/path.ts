import type { ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

/** Leaves room for what is put behind it, below NFS_MAXPATHLEN and the kernel's command line of 4096 bytes. */
const LONGEST = 512;

/**
 * A path goes into kernel arguments (UML joins them with spaces), into nfsroot= (where a comma begins the options, a
 * colon ends the server, and %s stands for the client's address), into lines of exports(5) (spaces, parentheses, #
 * and backslashes) and into Ganesha's configuration (quotes, ; and braces). Instead of quoting for each of them,
 * what means something to any of them is refused.
 */
const ALLOWED = /^\/[A-Za-z0-9/._+@=~-]*$/;

/** Absolute, no `.` or `..` parts; repeated and trailing slashes are dropped. */
export const absolutePath: ValueType<string> = {
  name: 'path',
  syntax: 'an absolute path of letters, digits and . _ + @ = ~ -',
  parse(text) {
    if (text.length > LONGEST) return refuse(text, this.syntax, `it is longer than ${LONGEST} characters`);
    if (!text.startsWith('/')) return refuse(text, this.syntax, 'it does not begin with /');
    if (!ALLOWED.test(text)) return refuse(text, this.syntax);
    const parts = text.split('/').filter((part) => part !== '');
    if (parts.includes('.') || parts.includes('..'))
      return refuse(text, this.syntax, 'it has a . or .. part');
    if (parts.some((part) => part.length > 255))
      return refuse(text, this.syntax, 'a part is longer than 255 characters');
    return `/${parts.join('/')}`;
  },
  format: (value) => value,
};
