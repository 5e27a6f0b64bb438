import { expect, test } from 'vitest';
import { refusedLines } from '../../../src/daemon/refused.ts';
import type { Desired, GuestWanted } from '../../../src/model/desired.ts';

function refused(problems: Record<string, string>, inForce: readonly string[], known = inForce) {
  const guests = new Map(inForce.map((name) => [name, {} as GuestWanted]));
  const definitions = {
    problemOf: new Map(Object.entries(problems)),
    desired: { guests } as unknown as Desired,
  };
  return refusedLines(definitions, known).map(({ what, why }) => `${what}: ${why}`);
}

test('a guest without a definition in force, and one with an older one', () => {
  expect(refused({ web2: 'b', bad: 'a' }, ['web1', 'web2'], ['bad'])).toEqual([
    'leave guest bad as it is: a',
    'leave guest web2 with the definition it had: b',
  ]);
});

test('a broken template keeps all instances there are as they are', () => {
  expect(refused({ 'lab@': 'a' }, ['lab:02'], ['lab:01', 'labs:01'])).toEqual([
    'leave guest lab:01 as it is: a',
    'leave guest lab:02 with the definition it had: a',
  ]);
  expect(refused({ 'lab@': 'a' }, ['web1'])).toEqual(['leave the guests of lab@ as they are: a']);
});

test('what one instance alone has is not told of the others', () => {
  expect(refused({ 'lab:03': 'a', 'lab@': 'a' }, ['lab:01', 'lab:02'])).toEqual([
    'leave guest lab:03 as it is: a',
  ]);
});
