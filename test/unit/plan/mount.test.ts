import { expect, test } from 'vitest';
import { plan } from '../../../src/plan/plan.ts';
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

test('it is mounted for a guest that nobody starts as well', () => {
  const idle = desiredWith(guestWanted({ autostart: false }));
  expect(plan(idle, observedFor(idle, { roots: unmounted }), 0).map(({ kind }) => kind)).toEqual([
    'root.mount',
  ]);
});

test('nothing is mounted under a guest that runs, or when the daemon ends', () => {
  const guests = new Map([['web1', runningGuest(wanted, desired)]]);
  expect(kinds({ roots: unmounted, guests })).not.toContain('root.mount');
  const ending = { ...desired, ending: true };
  expect(plan(ending, observedFor(ending, { roots: unmounted }), 0)).toEqual([]);
});
