import { expect, test } from 'vitest';
import { unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const wanted = guestWanted();
const desired = desiredWith(wanted);
const unmounted = new Map([['web1', { exists: true, mounted: false, tailored: true }]]);
const kinds = (...[change]: [Parameters<typeof observedFor>[1]]) =>
  plan(desired, observedFor(desired, change), 1_000).map(({ kind }) => kind);

test('a root that is not mounted is mounted before it is exported and its guest starts', () => {
  const exporter = { kind: 'exportfs', running: true, exports: [] } as const;
  expect(kinds({ roots: unmounted, exporter })).toEqual(['root.mount']);
  expect(
    kinds({ roots: new Map([['web1', { exists: true, mounted: true, tailored: true }]]), exporter }),
  ).toEqual(['export.add', 'guest.start']);
});

test('for a guest that is not to run it is neither mounted nor exported: somebody may be at work on it', () => {
  const idle = desiredWith(guestWanted({ autostart: false }));
  const exporter = { kind: 'exportfs', running: true, exports: [] } as const;
  const guests = new Map([['web1', { ...unseen, intent: 'stop' } as const]]);
  const units = new Map([['web1', { ...unseen, intent: 'stop', unit: unitUnseen } as const]]);
  expect(kinds({ roots: unmounted, exporter, guests: units })).toEqual([]);
  expect(plan(idle, observedFor(idle, { roots: unmounted, exporter }), 0)).toEqual([]);
  expect(kinds({ roots: unmounted, exporter, guests })).toEqual([]);
});

test('nothing is mounted under a guest that runs, or when the daemon ends', () => {
  const guests = new Map([['web1', runningGuest(wanted, desired)]]);
  expect(kinds({ roots: unmounted, guests })).not.toContain('root.mount');
  const ending = { ...desired, ending: true };
  expect(plan(ending, observedFor(ending, { roots: unmounted }), 0)).toEqual([]);
});
