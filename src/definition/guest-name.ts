/**
 * A guest's name becomes a file, a directory, a host name and an argument: no dot or hyphen first, no separators. The
 * one colon parts the instances of a template from its name, as in `lab:01`, of `lab@.conf`.
 */
const PART = '[A-Za-z0-9][A-Za-z0-9._-]*';
const NAME = new RegExp(`^(?=.{1,32}$)${PART}(?::${PART})?$`);
const TEMPLATE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,29})@$/;

/** For extended regular expressions of other programs too. */
export const NAME_PATTERN = '[A-Za-z0-9][A-Za-z0-9._-]{0,31}(:[A-Za-z0-9][A-Za-z0-9._-]{0,29})?';
export const NAME_SYNTAX = '1 to 32 letters, digits and . _ -, a letter or digit first';

export function isGuestName(name: string): boolean {
  return NAME.test(name);
}

/** Networks have no instances. */
export function isNetworkName(name: string): boolean {
  return isGuestName(name) && !name.includes(':');
}

/** Whether it is `NAME@`, as the file of a template is called. */
export function isTemplateName(name: string): boolean {
  return TEMPLATE.test(name);
}

/** The name of an instance of the template `NAME@`; undefined where that is too long, or no name. */
export function instanceName(template: string, instance: string): string | undefined {
  const name = `${template.slice(0, -1)}:${instance}`;
  return isGuestName(name) ? name : undefined;
}

/** `lab@` of `lab:01`; undefined for a guest that is no instance. */
export function templateOf(guest: string): string | undefined {
  const [prefix, instance] = guest.split(':');
  return instance === undefined ? undefined : `${prefix}@`;
}

/**
 * The name where a colon would part something: in network interfaces, host names, paths that NFS clients name. Two
 * guests `lab-01` and `lab:01` have the same one, and are told so.
 */
export function plainName(guest: string): string {
  return guest.replace(':', '-');
}
