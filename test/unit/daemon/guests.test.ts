import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Marks } from '../../../src/adapters/state/marks.ts';
import { Guests, type GuestsOptions } from '../../../src/daemon/guests.ts';
import { type UnitSeen, unitUnseen } from '../../../src/model/units.ts';
import { stateOf } from '../../../src/plan/state.ts';
import { desiredWith, guestWanted } from '../../support/model.ts';
import { ScriptedRunner } from '../../support/runner.ts';

const web1 = guestWanted();
let directory: string;
let runner: ScriptedRunner;
let guests: Guests;
let now: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-guests-'));
  now = 1_000_000;
  runner = new ScriptedRunner();
  guests = watching(runner);
});
afterEach(() => rm(directory, { recursive: true }));

function watching(scripted: ScriptedRunner, more: Partial<GuestsOptions> = {}): Guests {
  return new Guests({
    ...more,
    runner: scripted,
    marks: new Marks(directory),
    log: pino({ level: 'silent' }),
    clock: () => now,
    markDirty: () => {},
    desired: () => desiredWith(web1),
  });
}

async function started(): Promise<void> {
  guests.began(web1, await runner.start({ guest: 'web1', argv: [], uid: 1, gid: 1, memoryBytes: 1 }));
}

async function ended(exit: { code?: number; signal?: string }): Promise<void> {
  runner.end('web1', exit);
  await guests.settled();
}

const state = () => stateOf(web1, guests.record('web1').seen, now);

test('a guest that crashes again and again backs off longer each time, and is quarantined after the burst', async () => {
  const delays: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    await started();
    await ended({ signal: 'SIGSEGV' });
    delays.push((guests.record('web1').seen.notBefore ?? now) - now);
    now += 100;
  }
  for (const [index, delay] of delays.slice(0, 5).entries()) {
    expect(delay).toBeGreaterThanOrEqual(750 * 2 ** index);
    expect(delay).toBeLessThanOrEqual(1_000 * 2 ** index);
  }
  expect(state()).toBe('failed');
  expect(guests.record('web1').seen.restarts).toBe(5);
  await guests.reset('web1');
  expect(state()).toBe('starting');
  expect(guests.record('web1').lastEnd?.reason).toBe('crash');
});

test('a guest that is reset is to start from the first moment that systemd has forgotten its failure', async () => {
  let unit: UnitSeen = { ...unitUnseen, begun: true, active: 'failed', result: 'start-limit-hit' };
  const seen = () => stateOf(web1, { ...guests.record('web1').seen, unit }, now);
  const states: string[] = [];
  guests = watching(runner, {
    unit: () => unit,
    forgiveUnit: async () => {
      unit = { ...unitUnseen, begun: true };
      states.push(seen());
    },
  });
  expect(seen()).toBe('failed');
  await guests.reset('web1');
  expect([...states, seen()]).toEqual(['starting', 'starting']);
});

test('what systemctl stops later is not started for an earlier start of what ran already', async () => {
  const unit: UnitSeen = { ...unitUnseen, begun: true, active: 'active' };
  guests = watching(runner, { unit: () => unit });
  await guests.wish('web1', 'start');
  expect(guests.record('web1').seen.intent).toBe('start');
  await started();
  await guests.wish('web1', 'start');
  expect(guests.record('web1').seen.intent).toBe('auto');
  guests.stopping('web1', 'ctrl-alt-del', 'stopped', 'an operator stopped it', now);
  await guests.wish('web1', 'start');
  expect(guests.record('web1').seen.intent).toBe('start');
});

test('a stop that comes while systemd starts the guest is not lost', async () => {
  guests = watching(runner, { unit: () => unitUnseen });
  await guests.wish('web1', 'start');
  await guests.wish('web1', 'stop');
  guests.granted('web1', 'start', 'start');
  guests.preparing('web1', false, 'start');
  await started();
  expect(guests.record('web1').seen.intent).toBe('stop');
  guests.granted('web1', 'stop', 'stop');
  expect(guests.record('web1').seen.intent).toBe('auto');
  // And a start that comes while systemd is asked to stop it.
  await guests.wish('web1', 'stop');
  await ended({ code: 0 });
  await guests.wish('web1', 'start');
  guests.granted('web1', 'stop', 'stop');
  expect(guests.record('web1').seen.intent).toBe('start');
  guests.preparing('web1', false, 'start');
  expect(guests.record('web1').seen.intent).toBe('auto');
});

test('one that was stopped before it ever began is stopped, and one whose unit has ended does not run', async () => {
  const unit: UnitSeen = { ...unitUnseen, active: 'inactive' };
  const seen = () => stateOf(web1, { ...guests.record('web1').seen, unit }, now);
  guests = watching(runner, { unit: () => unit });
  expect(seen()).toBe('starting');
  await guests.wish('web1', 'stop');
  expect(seen()).toBe('stopped');
  await started();
  guests.ready('web1', 'test');
  expect(seen()).toBe('stopping');
});

test('a guest that powers itself off stays stopped, also for the next daemon', async () => {
  await started();
  guests.ready('web1', 'test');
  runner.tail = 'reboot: Power down\n';
  await ended({ code: 0 });
  expect(state()).toBe('stopped');
  guests = watching(new ScriptedRunner());
  await guests.adopt(['web1']);
  expect(state()).toBe('stopped');
  await guests.wish('web1', 'start');
  expect(state()).toBe('starting');
});

async function reboots(): Promise<number> {
  await started();
  guests.ready('web1', 'test');
  await ended({ code: 133 });
  return (guests.record('web1').seen.notBefore ?? now) - now;
}

test('a reboot inside starts it again at once, a loop of them with delays, and none quarantines', async () => {
  const delays: number[] = [];
  for (let round = 0; round < 8; round += 1) delays.push(await reboots());
  expect(delays).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 4_000]);
  expect(state()).toBe('backoff');
  await guests.wish('web1', 'start');
  expect(state()).toBe('starting');
  now += 600_000;
  expect(await reboots()).toBe(0);
  expect(guests.record('web1').seen.quarantined).toBe(false);
});

test('a reboot before it was ever ready backs off like a failure', async () => {
  await started();
  await ended({ code: 133 });
  expect(state()).toBe('backoff');
});

test('an operator who stops it wins, also over a restart of the daemon', async () => {
  await started();
  await guests.wish('web1', 'stop');
  guests.stopping('web1', 'ctrl-alt-del', 'stopped', 'an operator stopped it', now);
  expect(state()).toBe('stopping');
  await ended({ code: 0 });
  expect(state()).toBe('stopped');
  guests = watching(new ScriptedRunner());
  await guests.adopt(['web1']);
  expect(state()).toBe('stopped');
});

test('a restart that outlives its daemon is carried on by the next one, and once', async () => {
  await started();
  guests.ready('web1', 'test');
  await guests.wish('web1', 'restart');
  const next = async () => {
    const heir = new ScriptedRunner();
    for (const [name, process] of runner.running) heir.running.set(name, process);
    runner = heir;
    guests = watching(runner);
    await guests.adopt(['web1']);
    return guests.record('web1').seen.intent;
  };
  expect(await next()).toBe('restart');
  runner.tail = 'reboot: Power down\n';
  await ended({ code: 0 });
  expect(state()).toBe('starting');
  await started();
  expect(await next()).toBe('start');
});

test('the reason of a stop is kept over what the guest shows at its end', async () => {
  await started();
  guests.stopping('web1', 'kill', 'hang', '3 health checks in a row failed', now);
  await ended({ signal: 'SIGKILL' });
  expect(guests.record('web1').lastEnd).toMatchObject({ reason: 'hang' });
  expect(guests.record('web1').lastEnd?.detail).toContain('3 health checks in a row failed');
});

test('a process that ended before its start was noted is not taken for running', async () => {
  const process = await runner.start({ guest: 'web1', argv: [], uid: 1, gid: 1, memoryBytes: 1 });
  runner.end('web1', { code: 1 });
  guests.began(web1, process);
  await guests.settled();
  expect(guests.record('web1').seen.process).toBeUndefined();
  expect(state()).toBe('backoff');
});

test('the next daemon adopts a running guest, and believes that it was ready only of the same process', async () => {
  await started();
  guests.ready('web1', 'test');
  await expect.poll(() => readFile(join(directory, 'web1/ready'), 'utf8').catch(() => '')).toBe('101\n');
  guests = watching(runner);
  expect(await guests.adopt([])).toEqual(['web1']);
  expect(state()).toBe('running');
  runner.running.set('web1', { pid: 999, startedAt: 0, argv: [], uid: 1, adopted: true });
  guests = watching(runner);
  await guests.adopt([]);
  expect(state()).toBe('starting');
});

test('failed steps are tried again after growing delays', () => {
  guests.stepFailed('web1', 'cannot make tap');
  const first = (guests.record('web1').seen.retryAt ?? 0) - now;
  guests.stepFailed('web1', 'cannot make tap');
  const second = (guests.record('web1').seen.retryAt ?? 0) - now;
  expect([first, second]).toEqual([1_000, 2_000]);
  guests.stepsSucceeded('web1');
  expect(guests.record('web1').seen.problem).toBeUndefined();
});
