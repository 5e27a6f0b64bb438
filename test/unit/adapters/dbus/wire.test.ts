import { expect, test } from 'vitest';
import { changed, propertiesOf, statusOf } from '../../../../src/adapters/dbus/wire.ts';
import { guestStatus } from '../../../support/scripted-control.ts';

test('a status survives the way over the bus', () => {
  const status = guestStatus('web1', { lastEndAt: 1_799_999_999_999_999, readySeconds: -1, restarts: 7 });
  expect(statusOf(propertiesOf(status))).toEqual(status);
});

test('only what differs has changed', () => {
  const before = propertiesOf(guestStatus('web1'));
  const after = propertiesOf(guestStatus('web1', { pid: 5, state: 'stopping' }));
  expect(Object.keys(changed(before, after))).toEqual(['State', 'PID']);
  expect(changed(after, after)).toEqual({});
  expect(Object.keys(changed(undefined, after))).toEqual(Object.keys(after));
});

test('numbers that the bus does not take become some that it does', () => {
  const odd = {
    pid: -1,
    restarts: 2 ** 33,
    startedAt: Number.NaN,
    lastEndAt: 1.6,
    readySeconds: Number.POSITIVE_INFINITY,
  };
  expect(statusOf(propertiesOf(guestStatus('web1', odd)))).toMatchObject({
    pid: 0,
    restarts: 2 ** 32 - 1,
    startedAt: 0,
    lastEndAt: 2,
    readySeconds: -1,
  });
});

test('what an older daemon does not tell is empty', () => {
  expect(statusOf({ Name: { value: 'web1' } })).toMatchObject({
    name: 'web1',
    state: '',
    pid: 0,
    readySeconds: -1,
  });
});
