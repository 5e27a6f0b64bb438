import { ValueError, type ValueType } from '../key.ts';
import { refuse } from '../value-types/refuse.ts';

/** Of one template. A guest takes 50 MB of memory at least, so more are a slip of the pen. */
export const MOST_INSTANCES = 256;

/** A word or a range of `Instances=`, as the instances that it stands for. Leading zeros are kept. */
export const instances: ValueType<readonly string[]> = {
  name: 'instances',
  syntax: 'a word of letters, digits and . _ -, or a range of numbers as in 01-30',
  parse(text) {
    const range = /^(\d+)-(\d+)$/.exec(text);
    if (range !== null) return numbers(text, range[1] ?? '', range[2] ?? '');
    if (/^[\d-]*-[\d-]*$/.test(text)) return refuse(text, this.syntax);
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$/.test(text)) return refuse(text, this.syntax);
    return [text];
  },
  format: (value) => value.join(' '),
};

function numbers(text: string, first: string, last: string): readonly string[] {
  const padded = [first, last].some((number) => number.length > 1 && number.startsWith('0'));
  if (padded && first.length !== last.length) {
    throw new ValueError(
      `"${text}" has leading zeros, and numbers of different length; write both with as many digits`,
    );
  }
  const count = Number(last) - Number(first) + 1;
  if (!(count >= 1)) throw new ValueError(`"${text}" ends before it begins`);
  if (count > MOST_INSTANCES) {
    throw new ValueError(`"${text}" are ${count} guests, and a template has ${MOST_INSTANCES} at most`);
  }
  return Array.from({ length: count }, (_, index) =>
    String(Number(first) + index).padStart(padded ? first.length : 0, '0'),
  );
}
