import type { ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

const PAIR = '[a-z]+=[A-Za-z0-9_/.*\\\\%-]+';
const ADDRESS = `[a-z][a-z-]*:(${PAIR}(,${PAIR})*)?`;

/** `system`, `private`, or one or several addresses as in the D-Bus specification. */
export const busAddress: ValueType<string> = {
  name: 'D-Bus address',
  syntax: 'system, private or a D-Bus address such as unix:path=/run/dbus/system_bus_socket',
  parse(text) {
    if (text === 'system' || text === 'private') return text;
    if (text.length > 512 || !new RegExp(`^${ADDRESS}(;${ADDRESS})*$`).test(text))
      return refuse(text, this.syntax);
    return text;
  },
  format: (value) => value,
};
