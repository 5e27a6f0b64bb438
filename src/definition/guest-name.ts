/** A guest's name becomes a file, a directory, a host name and an argument: no dot or hyphen first, no separators. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

export const NAME_SYNTAX = '1 to 32 letters, digits and . _ -, a letter or digit first';

export function isGuestName(name: string): boolean {
  return NAME.test(name);
}
