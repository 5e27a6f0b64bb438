import { expect, test } from 'vitest';
import { Seldom } from '../../../src/daemon/seldom.ts';

test('the first is said at once, and later ones once a minute with their number', () => {
  let now = 0;
  const said: string[] = [];
  const seldom = new Seldom(() => now);
  const say = (kind: string, count: number) =>
    seldom.say(kind, count, (total) => said.push(`${kind} ${total}`));
  say('a', 3);
  say('b', 1);
  for (let index = 0; index < 100; index += 1) {
    now += 100;
    say('a', 2);
  }
  expect(said).toEqual(['a 3', 'b 1']);
  now = 60_000;
  say('a', 1);
  say('b', 1);
  say('a', 1);
  expect(said).toEqual(['a 3', 'b 1', 'a 201', 'b 1']);
});
