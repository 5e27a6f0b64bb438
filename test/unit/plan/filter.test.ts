import { describe, expect, test } from 'vitest';
import type { Desired } from '../../../src/model/desired.ts';
import { markOf, type TableSeen, type TableWanted } from '../../../src/model/filter/table.ts';
import type { Observed } from '../../../src/model/observed.ts';
import { plan } from '../../../src/plan/plan.ts';
import type { StepOf } from '../../../src/plan/step.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const plain = guestWanted();
const web1 = guestWanted({ network: { ...plain.network, guarded: true } });
const desired = desiredWith(web1);
const now = 100_000;

function filterStep(wanted: Desired, observed: Observed): StepOf<'filter.apply'> | undefined {
  return plan(wanted, observed, now).find((step) => step.kind === 'filter.apply');
}

/** The table as it is once it was made. */
function made({ chains, sets }: TableWanted): TableSeen {
  return {
    chains: new Map(
      chains.map(({ name, base, rules }) => [
        name,
        { base, policy: 'accept', marks: rules.map((rule) => markOf(name, rule)) },
      ]),
    ),
    sets: new Map(sets.map(({ name, elements }) => [name, new Set(elements)])),
  };
}

function tablesFor(wanted: Desired, observed = observedFor(wanted)): Observed['tables'] {
  const [table] = filterStep(wanted, observed)?.write ?? [];
  if (table === undefined) throw new Error('no table is wanted');
  return new Map([['bridge', made(table)]]);
}

function elements(step: StepOf<'filter.apply'> | undefined, set: string): readonly string[] | undefined {
  return step?.write[0]?.sets.find(({ name }) => name === set)?.elements;
}

test('it comes before the tap, and before the guest', () => {
  const steps = plan(desired, observedFor(desired, { taps: new Map() }), now);
  expect(steps.map(({ kind }) => kind)).toEqual(['filter.apply', 'tap.ensure', 'guest.start']);
  expect(steps[0]?.why).toBe('there is no table bridge umlnfs');
});

test('it knows the guest by tap, MAC and addresses, and what is taken', () => {
  const step = filterStep(desired, observedFor(desired));
  expect(elements(step, 'taps')).toEqual(['uml-web1']);
  expect(elements(step, 'macs')).toEqual(['uml-web1 . 02:00:00:00:00:02']);
  expect(elements(step, 'ipv4')).toEqual(['uml-web1 . 192.168.2.2']);
  expect(elements(step, 'ipv6')).toEqual(['uml-web1 . fe80::ff:fe00:2']);
  expect(elements(step, 'nd-targets')).toEqual(['uml-web1 . 0xfe80000000000000000000fffe000002']);
  expect(elements(step, 'claimed-ipv4')).toEqual(['192.168.2.1', '192.168.2.2']);
});

describe('where it is in force', () => {
  test('there is nothing to do', () => {
    expect(filterStep(desired, observedFor(desired, { tables: tablesFor(desired) }))).toBeUndefined();
  });

  test('it is put into force again when it is gone, while the guest runs on', () => {
    const guests = new Map([['web1', runningGuest(web1, desired)]]);
    expect(plan(desired, observedFor(desired, { guests }), now).map(({ kind }) => kind)).toEqual([
      'filter.apply',
    ]);
  });

  test('it goes when no definition wants it', () => {
    const without = desiredWith(plain);
    const step = filterStep(without, observedFor(without, { tables: tablesFor(desired) }));
    expect(step).toMatchObject({ write: [], remove: ['bridge'] });
  });

  test('a tap that is not marked for it is mended', () => {
    const taps = new Map(
      [...observedFor(desired).taps].map(([name, tap]) => [name, { ...tap, guarded: false }] as const),
    );
    const steps = plan(desired, observedFor(desired, { taps, tables: tablesFor(desired) }), now);
    expect(steps[0]).toMatchObject({ kind: 'tap.ensure', why: 'tap uml-web1 is not marked for the filter' });
  });
});

describe('a guest that runs as it was defined before', () => {
  const running = new Map([['web1', runningGuest(web1, desired)]]);
  const tables = tablesFor(desired);

  test('may send what it could until it has ended', () => {
    const moved = desiredWith(
      guestWanted({ network: { ...web1.network, address: '192.168.2.7', mac: '02:00:00:00:00:07' } }),
    );
    const step = filterStep(moved, observedFor(moved, { guests: running, tables }));
    expect(elements(step, 'ipv4')).toEqual(['uml-web1 . 192.168.2.2', 'uml-web1 . 192.168.2.7']);
    expect(elements(step, 'macs')).toEqual(['uml-web1 . 02:00:00:00:00:02', 'uml-web1 . 02:00:00:00:00:07']);
    const ended = filterStep(moved, observedFor(moved, { tables }));
    expect(elements(ended, 'ipv4')).toEqual(['uml-web1 . 192.168.2.7']);
  });

  test('and has no definition any more, as well', () => {
    const none = desiredWith();
    const { taps } = observedFor(desired);
    const step = filterStep(none, observedFor(none, { taps, guests: running, tables }));
    // What other guests may not have is another matter.
    expect(elements(step, 'ipv4')).toEqual(['uml-web1 . 192.168.2.2']);
    expect(elements(step, 'claimed-ipv4')).toEqual(['192.168.2.1']);
    expect(filterStep(none, observedFor(none, { tables }))).toMatchObject({ remove: ['bridge'] });
  });
});

describe('where it cannot be put into force', () => {
  const failure = { step: 'filter.apply', problem: 'there is no nft command', retryAt: now + 500 } as const;

  test('no guest starts that it is for, and no tap is made', () => {
    const observed = observedFor(desired, { taps: new Map(), sharedFailures: [failure] });
    expect(plan(desired, observed, now)).toMatchObject([{ kind: 'wait' }]);
  });

  test('one that runs goes on', () => {
    const guests = new Map([['web1', runningGuest(web1, desired)]]);
    const observed = observedFor(desired, { guests, sharedFailures: [failure] });
    expect(plan(desired, observed, now)).toMatchObject([{ kind: 'wait' }]);
  });

  test('one that is not filtered starts', () => {
    const other = desiredWith(plain);
    const observed = observedFor(other, { sharedFailures: [failure] });
    expect(plan(other, observed, now).map(({ kind }) => kind)).toEqual(['wait', 'guest.start']);
  });
});

test('what comes from a tap that is not filtered must not look as if it came from a guest that is', () => {
  const network = { ...plain.network, address: '192.168.2.3', tap: 'uml-free', mac: '02:00:00:00:00:03' };
  const both = desiredWith(web1, guestWanted({ name: 'free', network }));
  const step = filterStep(both, observedFor(both));
  expect(elements(step, 'others')).toEqual(['uml-free']);
  expect(elements(step, 'taps')).toEqual(['uml-web1']);
  expect(elements(step, 'claimed-ipv4')).not.toContain('192.168.2.3');
});
