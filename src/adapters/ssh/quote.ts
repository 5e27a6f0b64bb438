/** A word for sh, whatever is in it. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('no shell word can hold a zero byte');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
