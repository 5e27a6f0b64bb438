import { expect, it } from 'vitest';
import { suggest } from '../../../src/definition/suggest.ts';

const words = ['Address', 'Memory', 'MACAddress', 'RSize', 'Tap'];

it.each([
  ['Adress', 'Address'],
  ['memory', 'Memory'],
  ['Memmory', 'Memory'],
  ['rsise', 'RSize'],
  ['Tab', 'Tap'],
  ['Tpa', 'Tap'],
])('takes %s for %s', (written, meant) => expect(suggest(written, words)).toBe(meant));

it.each(['Kernel', 'X', 'Xyz', 'x'.repeat(1000)])('has nothing for %s', (written) => {
  expect(suggest(written, words)).toBeUndefined();
});
