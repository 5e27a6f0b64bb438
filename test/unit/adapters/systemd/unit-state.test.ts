import { Variant } from 'dbus-next';
import { describe, expect, test } from 'vitest';
import { guestOfUnit, unitOf, unitPath } from '../../../../src/adapters/systemd/unit-name.ts';
import { decisionOf, exitOf, noUnit, stateOf } from '../../../../src/adapters/systemd/unit-state.ts';

test.each(['web1', 'a', 'web-1', 'a.b_c-', `x${'y'.repeat(31)}`])('%s is the guest of its unit', (guest) => {
  expect(guestOfUnit(unitOf(guest))).toBe(guest);
});

test.each([
  'umlnfsd.service',
  'umlnfs@.service',
  'umlnfs@../x.service',
  'umlnfs@-a.service',
  'umlnfs@web1.socket',
  'xumlnfs@web1.service',
  `umlnfs@${'y'.repeat(33)}.service`,
])('%s is no guest', (unit) => {
  expect(guestOfUnit(unit)).toBeUndefined();
});

test('the object of a unit is named as systemd names it', () => {
  expect(unitPath('umlnfs@web-1.service')).toBe('/org/freedesktop/systemd1/unit/umlnfs_40web_2d1_2eservice');
});

test('properties become what they tell, and others nothing', () => {
  const state = stateOf({
    ActiveState: new Variant('s', 'activating'),
    SubState: new Variant('s', 'auto-restart'),
    Job: new Variant('(uo)', [17, '/org/freedesktop/systemd1/job/17']),
    ExecMainStartTimestampMonotonic: new Variant('t', 123_456_789n),
    InvocationID: new Variant('ay', Buffer.from('0f', 'hex')),
    Description: new Variant('s', 'a guest'),
    constructor: new Variant('s', 'nonsense'),
  });
  expect(state).toEqual({
    active: 'activating',
    sub: 'auto-restart',
    job: true,
    startedAt: 123_456_789,
    invocation: '0f',
  });
  expect(stateOf({ Job: new Variant('(uo)', [0, '/']) })).toEqual({ job: false });
});

describe('how a process ended', () => {
  test('by an exit status', () => {
    expect(exitOf({ ...noUnit, lastPid: 7, code: 1, status: 133 }, 7)).toEqual({
      code: 133,
      signal: undefined,
    });
  });
  test.each([
    [2, 9, 'SIGKILL'],
    [3, 6, 'SIGABRT'],
    [2, 63, 'signal 63'],
  ])('by a signal: code %i, status %i', (code, status, signal) => {
    expect(exitOf({ ...noUnit, lastPid: 7, code, status }, 7)).toEqual({ code: undefined, signal });
  });
  test('is not known of another process than the last', () => {
    const unknown = { code: undefined, signal: undefined };
    expect(exitOf({ ...noUnit, lastPid: 8, code: 1, status: 0 }, 7)).toEqual(unknown);
    expect(exitOf({ ...noUnit, lastPid: 7, code: 0, status: 0 }, 7)).toEqual(unknown);
  });
});

test.each([
  ['a crash', { active: 'active', sub: 'running' }, 'activating', 'auto-restart', 'signal', 'backoff'],
  ['a reboot', { active: 'active', sub: 'running' }, 'activating', 'auto-restart', 'success', undefined],
  ['the end of a delay', { sub: 'auto-restart' }, 'activating', 'auto-restart-queued', 'signal', undefined],
  ['one restart too many', { sub: 'auto-restart-queued' }, 'failed', 'failed', 'signal', 'quarantined'],
  ['one start too many', {}, 'failed', 'failed', 'start-limit-hit', 'quarantined'],
  ['a failure told again', { active: 'failed' }, 'failed', 'failed', 'start-limit-hit', undefined],
  ['a failure without restarts', { sub: 'stop-sigterm' }, 'failed', 'failed', 'signal', undefined],
  ['a stop in a delay', { sub: 'auto-restart' }, 'inactive', 'dead', 'signal', undefined],
])('%s shows what systemd decided', (_, before, active, sub, result, decision) => {
  expect(decisionOf({ ...noUnit, ...before }, { ...noUnit, active, sub, result })).toBe(decision);
});
