import { expect, test } from 'vitest';
import type { GuestWanted } from '../../../src/model/desired.ts';
import type { GuestSeen, Observed } from '../../../src/model/observed.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { usualTurns } from '../../../src/plan/turns.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const now = 100_000;

function guest(index: number): GuestWanted {
  const { network, root } = guestWanted();
  const name = `lab:${index}`;
  return guestWanted({
    name,
    network: { ...network, address: `192.168.2.${100 + index}`, tap: `uml-lab-${index}` },
    root: { ...root, directory: `/export/lab-${index}` },
  });
}

const guests = Array.from({ length: 6 }, (_, index) => guest(index + 1));

/** Steps with a turn or a wait for one, as `kind guest`. */
function planned(
  seen: Readonly<Record<string, Partial<GuestSeen>>>,
  most: number | undefined,
  change: Partial<Observed> = {},
) {
  const desired = { ...desiredWith(...guests), parallelStarts: most };
  const records = new Map(Object.entries(seen).map(([name, each]) => [name, { ...unseen, ...each }]));
  return plan(desired, observedFor(desired, { guests: records, ...change }), now);
}
const kinds = (steps: ReturnType<typeof planned>) =>
  steps.flatMap((step) =>
    'guest' in step && step.guest !== '' && step.kind !== 'wait' ? [`${step.kind} ${step.guest}`] : [],
  );

/** Booting since `ago` ms. */
function booting(index: number, ago: number): Partial<GuestSeen> {
  const wanted = guest(index);
  const { process } = runningGuest(wanted, desiredWith(...guests));
  return process === undefined ? {} : { process: { ...process, startedAt: now - ago }, readyAt: undefined };
}

test('so many guests boot at a time, and the others wait for their turn', () => {
  expect(kinds(planned({}, 2))).toEqual([
    'guest.start lab:1',
    'guest.start lab:2',
    'queue lab:3',
    'queue lab:4',
    'queue lab:5',
    'queue lab:6',
  ]);
});

test('those that boot already count, those that are ready or on their way down do not', () => {
  const ready = { ...booting(1, 900), readyAt: now - 100 };
  const ends = {
    ...booting(2, 900),
    stop: { phase: 'ctrl-alt-del', since: now, cause: 'x', reason: 'stopped' } as const,
  };
  expect(
    kinds(planned({ 'lab:1': ready, 'lab:2': ends, 'lab:3': booting(3, 900) }, 2)).filter((kind) =>
      /start|queue/.test(kind),
    ),
  ).toEqual(['guest.start lab:4', 'queue lab:5', 'queue lab:6']);
});

test('one that hangs holds up the others for a minute, and not for its whole time', () => {
  const held = planned({ 'lab:1': booting(1, 59_000) }, 1);
  expect(kinds(held)).not.toContain('guest.start lab:2');
  expect(held).toContainEqual(expect.objectContaining({ kind: 'wait', guest: '', until: now + 1_000 }));
  expect(kinds(planned({ 'lab:1': booting(1, 60_000) }, 1))).toContain('guest.start lab:2');
});

test('without a number it goes by the processors', () => {
  const started = (cpus: number) =>
    kinds(planned({}, undefined, { cpus })).filter((kind) => kind.startsWith('guest.start'));
  expect([usualTurns(1), usualTurns(2), usualTurns(16)]).toEqual([20, 20, 160]);
  expect(started(1)).toHaveLength(6);
});

test('units that systemd starts wait in their preparation', () => {
  const unit = { ...unitUnseen, active: 'activating', sub: 'start-pre', job: true, preparing: true };
  const all = Object.fromEntries(guests.map(({ name }) => [name, { unit }]));
  expect(kinds(planned(all, 4)).filter((kind) => kind.startsWith('queue'))).toEqual([
    'queue lab:5',
    'queue lab:6',
  ]);
});
