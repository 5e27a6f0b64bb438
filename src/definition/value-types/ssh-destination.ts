import type { ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

/**
 * USER@HOST for ssh(1): neither an option nor anything else that ssh or a shell would take apart. HOST may be a name of
 * its configuration.
 */
export const sshDestination: ValueType<string> = {
  name: 'ssh destination',
  syntax: 'USER@HOST or HOST: letters, digits and . _ -, a letter or digit first',
  parse(text) {
    const user = '[A-Za-z_][A-Za-z0-9_-]{0,31}';
    const host = '[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?';
    return new RegExp(`^(${user}@)?${host}$`).test(text) ? text : refuse(text, this.syntax);
  },
  format: (value) => value,
};
