/** The root object; the object manager and org.umlnfs1.Manager are there. */
export const rootPath = '/org/umlnfs1';
export const guestsPath = '/org/umlnfs1/guest';

/**
 * A label of an object path for any text, as sd_bus_path_encode(3) makes it: letters, and digits that are not
 * first, stay; every other byte becomes `_xx`; the empty text is `_`.
 */
export function encodeLabel(text: string): string {
  if (text === '') return '_';
  let label = '';
  for (const [index, byte] of Buffer.from(text).entries()) {
    const char = String.fromCharCode(byte);
    const plain = /[A-Za-z]/.test(char) || (index > 0 && /[0-9]/.test(char));
    label += plain ? char : `_${byte.toString(16).padStart(2, '0')}`;
  }
  return label;
}

/** The text of a label; undefined for what {@link encodeLabel} never makes. */
export function decodeLabel(label: string): string | undefined {
  if (label === '_') return '';
  if (!/^(?:[A-Za-z0-9]|_[0-9a-f]{2})+$/.test(label)) return undefined;
  const bytes = label.replace(/_([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return encodeLabel(text) === label ? text : undefined;
}

export function guestPath(name: string): string {
  return `${guestsPath}/${encodeLabel(name)}`;
}

/** The guest's name of an object path; undefined where it is no guest's path. */
export function guestOfPath(path: string): string | undefined {
  const prefix = `${guestsPath}/`;
  return path.startsWith(prefix) ? decodeLabel(path.slice(prefix.length)) : undefined;
}
