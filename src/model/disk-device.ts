/** The letter of a disk, as in /dev/ubda: UML goes from a to p. */
export function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
