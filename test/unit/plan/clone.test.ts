import { expect, test } from 'vitest';
import type { GuestSeen, RootSeen } from '../../../src/model/observed.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor } from '../../support/model.ts';

const { root } = guestWanted();
const wanted = guestWanted({ root: { ...root, clone: '/export/base' } });

function planned(seen: RootSeen, guest: Partial<GuestSeen> = {}) {
  const desired = { ...desiredWith(wanted), exports: new Map() };
  const change = { roots: new Map([['web1', seen]]), guests: new Map([['web1', { ...unseen, ...guest }]]) };
  return plan(desired, observedFor(desired, change), 1_000);
}

test('a root that is not there is cloned before anything else of it', () => {
  expect(planned({ exists: false, tailored: false })).toMatchObject([
    { kind: 'root.clone', guest: 'web1', directory: '/export/web1', from: '/export/base' },
  ]);
});

test('while it is cloned the guest waits, and nothing else does', () => {
  expect(planned({ exists: false, tailored: false, cloning: true })).toEqual([
    { kind: 'queue', guest: 'web1', why: 'its root is cloned from /export/base' },
  ]);
});

test('what went wrong is in its way, until it is tried again', () => {
  expect(planned({ exists: false, tailored: false, problem: 'cannot clone: no space' })).toMatchObject([
    { kind: 'blocked', guest: 'web1', why: 'cannot clone: no space' },
    { kind: 'wait' },
  ]);
});

test('a root that is there is left as it is, and one of a guest that is not to run is not made', () => {
  expect(planned({ exists: true, tailored: true }).map(({ kind }) => kind)).toEqual(['guest.start']);
  expect(planned({ exists: false, tailored: false }, { intent: 'stop' })).toEqual([]);
});

test('a unit that systemd starts waits for it in its preparation', () => {
  const missing = { exists: false, tailored: false };
  const unit = { ...unitUnseen, active: 'activating', sub: 'start-pre', job: true, preparing: true };
  expect(planned(missing, { unit: unitUnseen })).toMatchObject([{ kind: 'unit.start' }]);
  expect(planned(missing, { unit })).toMatchObject([{ kind: 'root.clone' }]);
  expect(planned({ ...missing, cloning: true }, { unit })).toMatchObject([{ kind: 'queue' }]);
});

test('the export of a root that is gone goes first, so that nobody is served the old one', () => {
  const desired = desiredWith(wanted);
  const exported = { guest: 'web1', path: '/export/web1', client: '192.168.2.2', options: ['rw'] };
  const wantsExport = { ...desired, exports: new Map([['web1', exported]]) };
  const roots = new Map([['web1', { exists: false, tailored: false }]]);
  const seen = { kind: 'ganesha', running: true, exports: [{ ...exported, whole: true }] } as const;
  const steps = plan(wantsExport, observedFor(wantsExport, { roots, exporter: seen }), 1_000);
  expect(steps.map(({ kind }) => kind)).toEqual(['export.remove', 'root.clone']);
});
