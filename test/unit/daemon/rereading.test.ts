import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { Rereading } from '../../../src/daemon/rereading.ts';
import { UserError } from '../../../src/model/error.ts';

const logged: string[] = [];
const log = pino({}, { write: (line: string) => void logged.push(line) });
let fails: Error | undefined;
let during = () => {};
let readings = 0;
let rereading: Rereading<number>;

beforeEach(() => {
  logged.splice(0);
  fails = undefined;
  during = () => {};
  readings = 0;
  rereading = new Rereading(async () => {
    during();
    if (fails !== undefined) throw fails;
    readings += 1;
    return readings;
  }, log);
});

test('reads once when asked, however often', async () => {
  expect(await rereading.next()).toBeUndefined();
  rereading.ask();
  rereading.ask();
  expect(await rereading.next()).toBe(1);
  expect(await rereading.next()).toBeUndefined();
  expect(rereading.retryAt(5)).toBe(Number.POSITIVE_INFINITY);
});

test('what changes during a reading is read by the next one', async () => {
  rereading.ask();
  during = () => rereading.ask();
  expect(await rereading.next()).toBe(1);
  during = () => {};
  expect(await rereading.next()).toBe(2);
  expect(await rereading.next()).toBeUndefined();
});

test('a reading that fails is tried again until it succeeds, and told once', async () => {
  fails = new RangeError('too much');
  rereading.ask();
  expect(await rereading.next()).toBeUndefined();
  expect(await rereading.next()).toBeUndefined();
  expect(logged).toHaveLength(1);
  expect(rereading.retryAt(5)).toBe(1005);
  expect(() => rereading.mustHaveSucceeded()).toThrow('cannot read the definitions: too much');
  fails = undefined;
  expect(await rereading.next()).toBe(1);
  rereading.mustHaveSucceeded();
});

test('an error for people stays as it is', async () => {
  fails = new UserError('use the host file', 'it is empty');
  rereading.ask();
  await rereading.next();
  expect(() => rereading.mustHaveSucceeded()).toThrow(fails);
});
