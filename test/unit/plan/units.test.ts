import { describe, expect, test } from 'vitest';
import type { GuestSeen, Observed } from '../../../src/model/observed.ts';
import { type UnitSeen, unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { stateOf } from '../../../src/plan/state.ts';
import { unitDropIn } from '../../../src/plan/unit-file.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const web1 = guestWanted();
const byHand = guestWanted({ autostart: false });
const now = 100_000;
const guestsDirectory = '/run/umlnfs/guests';

function unit(change: Partial<UnitSeen> = {}): UnitSeen {
  return { ...unitUnseen, begun: true, ...change };
}

/** A host where systemd runs the guests and knows their definitions. */
function host(wanted: typeof web1, seen: Partial<GuestSeen>, change: Partial<Observed> = {}) {
  const desired = desiredWith(wanted);
  const dropIns = new Map([
    [wanted.name, unitDropIn(wanted, { systemd: 257, guestsDirectory, clients: new Map() })],
  ]);
  const guests = new Map([[wanted.name, { ...unseen, ...seen }]]);
  return {
    desired,
    observed: observedFor(desired, { guests, unitFiles: { systemd: 257, dropIns }, ...change }),
  };
}

function kinds(wanted: typeof web1, seen: Partial<GuestSeen>, change: Partial<Observed> = {}): string[] {
  const { desired, observed } = host(wanted, seen, change);
  return plan(desired, observed, now).map((step) => step.kind);
}

/** The guest while it runs as defined. */
function running(wanted: typeof web1, change: Partial<GuestSeen> = {}): Partial<GuestSeen> {
  return runningGuest(wanted, desiredWith(wanted), {
    unit: unit({ active: 'active', sub: 'running' }),
    ...change,
  });
}

describe('a guest that does not run', () => {
  test('is started once since the boot where its definition says so', () => {
    expect(kinds(web1, { unit: unit({ begun: false }) })).toEqual(['unit.start']);
    expect(kinds(web1, { unit: unit() })).toEqual([]);
    expect(kinds(byHand, { unit: unit({ begun: false }) })).toEqual([]);
  });

  test('is not restarted by the daemon, however it ended', () => {
    const end = { reason: 'crash', at: 0, detail: '', wasReady: true } as const;
    expect(kinds(web1, { end, unit: unit({ active: 'failed', result: 'signal' }) })).toEqual([]);
    expect(kinds(web1, { end, unit: unit({ active: 'activating', sub: 'auto-restart' }) })).toEqual([]);
  });

  test('is started for an operator, also while it waits for its restart', () => {
    expect(kinds(byHand, { intent: 'start', unit: unit() })).toEqual(['unit.start']);
    const waits = unit({ active: 'activating', sub: 'auto-restart' });
    expect(kinds(byHand, { intent: 'start', unit: waits })).toEqual(['unit.start']);
    expect(kinds(byHand, { intent: 'stop', unit: waits })).toEqual(['unit.stop']);
  });

  test('is started against what others ask of systemd for an operator only', () => {
    const byOperator = (wanted: typeof web1, seen: Partial<GuestSeen>) => {
      const { desired, observed } = host(wanted, seen);
      return plan(desired, observed, now).map((step) => step.kind === 'unit.start' && step.byOperator);
    };
    expect(byOperator(byHand, { intent: 'start', unit: unit() })).toEqual([true]);
    expect(byOperator(web1, { unit: unit({ begun: false }) })).toEqual([false]);
    const end = { reason: 'reboot', at: 0, detail: '', wasReady: true } as const;
    expect(byOperator(byHand, { intent: 'start', end, unit: unit() })).toEqual([false]);
  });

  test('is left to a job that is under way', () => {
    expect(kinds(web1, { unit: unit({ begun: false, job: true }) })).toEqual([]);
    expect(kinds(byHand, { intent: 'start', unit: unit({ job: true }) })).toEqual([]);
  });

  test('is not asked for while something stands in its way', () => {
    const roots = new Map([['web1', { exists: false, tailored: false }]]);
    expect(kinds(web1, { unit: unit({ begun: false }) }, { roots })).toEqual(['blocked', 'wait']);
  });
});

describe('a guest that systemd waits for', () => {
  const preparing = unit({ active: 'activating', sub: 'start-pre', job: true, preparing: true });

  test('gets all that it needs, then its command line', () => {
    const roots = new Map([['web1', { exists: true, tailored: false }]]);
    expect(kinds(byHand, { unit: preparing }, { roots, taps: new Map() })).toEqual([
      'tap.ensure',
      'root.tailor',
      'guest.start',
    ]);
  });

  test('is told of at once when it cannot start', () => {
    const roots = new Map([['web1', { exists: false, tailored: false }]]);
    expect(kinds(byHand, { unit: preparing }, { roots })).toEqual(['blocked']);
  });
});

describe('a guest that runs', () => {
  test('is left alone while it is as defined', () => {
    expect(kinds(web1, running(web1))).toEqual([]);
  });

  test('is restarted by systemd when its definition changed', () => {
    const bigger = guestWanted({ memoryBytes: 256 * 1024 * 1024 });
    expect(kinds(bigger, running(web1))).toEqual(['unit.restart']);
  });

  test('is restarted against what others ask of systemd for an operator only', () => {
    const bigger = guestWanted({ memoryBytes: 256 * 1024 * 1024 });
    const byOperator = (seen: Partial<GuestSeen>) => {
      const { desired, observed } = host(bigger, seen);
      return plan(desired, observed, now).map((step) => step.kind === 'unit.restart' && step.byOperator);
    };
    expect(byOperator(running(web1))).toEqual([false]);
    expect(byOperator(running(web1, { intent: 'restart' }))).toEqual([true]);
  });

  test('is told of as hung, once, and left to systemd then', () => {
    const health = { failures: 3, lastOkAt: 1, lastError: 'no answer' };
    expect(kinds(web1, running(web1, { health }))).toEqual(['unit.hang']);
    const stop = { phase: 'kill', since: now - 1_000, cause: 'it hangs', reason: 'hang' } as const;
    expect(kinds(web1, running(web1, { health, stop }))).toEqual(['wait']);
    const deactivating = unit({ active: 'deactivating', sub: 'stop-watchdog' });
    expect(kinds(web1, running(web1, { health, unit: deactivating }))).toEqual([]);
  });

  test('writes what it has in memory before systemd kills it, where only its port does not answer', () => {
    const health = { failures: 3, lastOkAt: 1, lastError: 'TCP port 80', kernelAnswers: true };
    const { desired, observed } = host(web1, running(web1, { health }));
    expect(plan(desired, observed, now)).toMatchObject([
      { kind: 'guest.stop', phase: 'sync', reason: 'hang' },
    ]);
    const stop = { phase: 'sync', since: now - 1_000, cause: 'it hangs', reason: 'hang' } as const;
    expect(kinds(web1, running(web1, { health, stop }))).toEqual(['wait']);
    const done = { ...stop, since: now - 2_000 };
    expect(kinds(web1, running(web1, { health, stop: done }))).toEqual(['unit.hang']);
    expect(kinds(web1, running(web1, { health, stop: done, intent: 'stop' }))).toEqual(['unit.stop']);
    const killed = { ...stop, phase: 'kill' } as const;
    expect(kinds(web1, running(web1, { health, stop: killed }))).toEqual(['wait']);
  });

  test('is not ended by the daemon for being slow: TimeoutStartSec= is there for that', () => {
    const starting = unit({ active: 'activating', sub: 'start' });
    expect(kinds(web1, running(web1, { readyAt: undefined, unit: starting }))).toEqual([]);
  });

  test('is stopped for an operator, also while it starts', () => {
    const starting = unit({ active: 'activating', sub: 'start', job: true });
    expect(kinds(web1, running(web1, { intent: 'stop', readyAt: undefined, unit: starting }))).toEqual([
      'unit.stop',
    ]);
    expect(kinds(web1, running(web1, { intent: 'restart' }))).toEqual(['unit.restart']);
  });

  test('has its restarts forgotten after a good while', () => {
    const again = unit({ active: 'active', sub: 'running', restarts: 4 });
    expect(kinds(web1, running(web1, { unit: again }))).toEqual(['wait']);
    expect(kinds(web1, running(web1, { unit: again, readyAt: now - web1.restart.burstInterval }))).toEqual([
      'unit.forgive',
    ]);
  });

  test('is stopped when its definition is removed, and forgotten when it is down', () => {
    const { observed } = host(web1, running(web1));
    const none = desiredWith();
    const kindsNow = (change: Observed) => plan(none, change, now).map((step) => step.kind);
    expect(kindsNow(observed)).toContain('unit.stop');
    expect(kindsNow(observed)).not.toContain('units.configure');
    const down = { ...observed, guests: new Map([['web1', { ...unseen, unit: unit() }]]) };
    expect(kindsNow(down)).toEqual(expect.arrayContaining(['units.configure', 'guest.forget']));
  });
});

test('all drop-ins that are not as defined are one step, and no step where they are', () => {
  const two = desiredWith(web1, guestWanted({ name: 'web2', autostart: false }));
  const guests = new Map([...two.guests.keys()].map((name) => [name, { ...unseen, unit: unit() }]));
  const unitFiles = { systemd: 257, dropIns: new Map([['web1', 'another text']]) };
  const steps = plan(two, observedFor(two, { guests, unitFiles }), now);
  const configure = steps.filter((step) => step.kind === 'units.configure');
  expect(configure).toHaveLength(1);
  expect([...(configure[0]?.write.keys() ?? [])]).toEqual(['web1', 'web2']);
  const after = { systemd: 257, dropIns: configure[0]?.write ?? new Map() };
  expect(plan(two, observedFor(two, { guests, unitFiles: after }), now)).toEqual([]);
});

test('systemd is to read its files again until it has', () => {
  const { desired, observed } = host(web1, { unit: unit() });
  const { unitFiles } = observed;
  const owing = { ...observed, unitFiles: unitFiles && { ...unitFiles, reloadOwed: true } };
  expect(plan(desired, owing, now)).toMatchObject([
    { kind: 'units.configure', remove: [], why: 'systemd has not read what was written before' },
  ]);
  expect(plan(desired, observed, now)).toEqual([]);
});

test.each([
  [{ active: 'inactive' }, 'stopped'],
  [{ active: 'inactive', begun: false }, 'starting'],
  [{ active: 'inactive', job: true }, 'starting'],
  [{ active: 'activating', sub: 'start-pre' }, 'starting'],
  [{ active: 'activating', sub: 'auto-restart' }, 'backoff'],
  [{ active: 'activating', sub: 'auto-restart-queued' }, 'backoff'],
  [{ active: 'deactivating', sub: 'final-sigterm' }, 'stopping'],
  [{ active: 'failed' }, 'failed'],
])('the state without a process is the unit: %o is %s', (change, state) => {
  expect(stateOf(web1, { ...unseen, unit: unit(change) }, now)).toBe(state);
});

test.each([
  ['starting', 'activating', 1],
  ['running', 'active', 1],
  ['starting', 'active', undefined],
] as const)('with a process it is %s while systemd says %s', (state, active, readyAt) => {
  const seen = { ...unseen, ...running(web1, { readyAt, unit: unit({ active }) }) };
  expect(stateOf(web1, seen, now)).toBe(state);
});
