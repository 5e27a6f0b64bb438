import { expect, test } from 'vitest';
import { type Action, judge } from '../../../src/cli/wait.ts';
import type { GuestStatus } from '../../../src/model/status.ts';
import { guestStatus } from '../../support/scripted-control.ts';

const stopped: Partial<GuestStatus> = { state: 'stopped', pid: 0, startedAt: 0 };
const crashed: Partial<GuestStatus> = {
  state: 'backoff',
  pid: 0,
  lastEndReason: 'crash',
  lastEndDetail: 'signal SIGSEGV',
  lastEndAt: 9,
};
const failed = expect.objectContaining({ failed: expect.any(String) });

type Row = [
  what: string,
  action: Action,
  before: Partial<GuestStatus>,
  now: Partial<GuestStatus> | undefined,
  settled: boolean,
  verdict: unknown,
];

const rows: Row[] = [
  ['ready', 'start', stopped, { state: 'running' }, false, 'done'],
  ['not taken yet', 'start', stopped, stopped, false, 'pending'],
  ['never taken', 'start', stopped, stopped, true, { failed: 'it is stopped' }],
  ['booting', 'start', stopped, { state: 'starting', pid: 5 }, true, 'pending'],
  ['a crash', 'start', stopped, crashed, false, { failed: 'it ended (crash): signal SIGSEGV' }],
  ['a crash of before', 'start', crashed, crashed, false, 'pending'],
  ['a crash of before that stays', 'start', crashed, crashed, true, failed],
  [
    'a step that failed',
    'start',
    stopped,
    { ...stopped, state: 'backoff', problem: 'no root', stateSince: 3 },
    false,
    { failed: 'no root' },
  ],
  [
    'a problem that lasts',
    'start',
    stopped,
    { ...stopped, state: 'starting', problem: 'no kernel' },
    true,
    { failed: 'no kernel' },
  ],
  [
    'a problem that may pass',
    'start',
    stopped,
    { ...stopped, state: 'starting', problem: 'no kernel' },
    false,
    'pending',
  ],
  ['no definition any more', 'start', stopped, undefined, false, failed],
  ['still running', 'stop', {}, { state: 'stopping' }, true, 'pending'],
  ['down', 'stop', {}, stopped, false, 'done'],
  ['gone', 'stop', {}, undefined, false, 'done'],
  ['the old process', 'restart', {}, {}, true, 'pending'],
  ['a new process', 'restart', {}, { pid: 5 }, false, 'done'],
  [
    'between the two',
    'restart',
    {},
    { ...stopped, state: 'starting', lastEndReason: 'stopped', lastEndAt: 3 },
    false,
    'pending',
  ],
  [
    'cleared, and not to run',
    'reset',
    { ...crashed, state: 'failed' },
    { ...crashed, ...stopped, stateSince: 3 },
    false,
    'done',
  ],
  ['cleared, and running', 'reset', { ...crashed, state: 'failed' }, { state: 'running' }, false, 'done'],
  [
    'not cleared yet',
    'reset',
    { ...crashed, state: 'failed' },
    { ...crashed, state: 'failed' },
    false,
    'pending',
  ],
];

test.each(rows)('%s: %s', (_, action, before, now, settled, verdict) => {
  const status = now === undefined ? undefined : guestStatus('web1', now);
  expect(judge(action, guestStatus('web1', before), status, settled)).toEqual(verdict);
});
