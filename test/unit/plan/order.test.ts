import { describe, expect, test } from 'vitest';
import type { Dependencies, GuestWanted } from '../../../src/model/desired.ts';
import type { GuestSeen, Observed } from '../../../src/model/observed.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { unitDropIn } from '../../../src/plan/unit-file.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const now = 100_000;

function guest(name: string, host: number, dependencies: Partial<Dependencies> = {}): GuestWanted {
  const { network, root } = guestWanted();
  return guestWanted({
    name,
    dependencies: { after: [], wants: [], requires: [], ...dependencies },
    network: { ...network, address: `192.168.2.${host}`, tap: `uml-${name}` },
    root: { ...root, directory: `/export/${name}` },
  });
}

const files = guest('files', 2);
const orderly = guest('web1', 3, { after: ['files'] });
const strict = guest('web1', 3, { after: ['files'], requires: ['files'] });

function planned(
  web1: GuestWanted,
  seen: { files?: Partial<GuestSeen>; web1?: Partial<GuestSeen> },
  change: Partial<Observed> = {},
  ending = false,
): string[] {
  const desired = { ...desiredWith(files, web1), ending };
  const guests = new Map(Object.entries(seen).map(([name, each]) => [name, { ...unseen, ...each }]));
  return plan(desired, observedFor(desired, { guests, ...change }), now)
    .filter(({ kind }) => kind !== 'wait')
    .map((step) => `${step.kind} ${'guest' in step ? step.guest : ''}`);
}

const up = (wanted: GuestWanted, change: Partial<GuestSeen> = {}) =>
  runningGuest(wanted, desiredWith(wanted), change);
const stopped = { intent: 'stop' } as const;

describe('a guest that starts after another', () => {
  test('waits until that one is ready', () => {
    expect(planned(orderly, {})).toEqual(['guest.start files', 'await web1']);
    expect(planned(orderly, { files: up(files, { readyAt: undefined }) })).toContain('await web1');
    expect(planned(orderly, { files: up(files) })).toEqual(['guest.start web1']);
  });

  test('does not wait for one that is not to start, or cannot', () => {
    expect(planned(orderly, { files: stopped })).toEqual(['guest.start web1']);
    expect(planned(orderly, { files: { quarantined: true } })).toEqual(['guest.start web1']);
    const roots = new Map([['files', { exists: false, tailored: false }]]);
    expect(planned(orderly, {}, { roots })).toEqual(['blocked files', 'guest.start web1']);
  });

  test('waits while that one is about to restart', () => {
    expect(planned(orderly, { files: up(files, { intent: 'restart' }) })).toEqual([
      'guest.stop files',
      'await web1',
    ]);
  });

  test('runs on when that one stops or restarts', () => {
    expect(planned(orderly, { files: up(files, stopped), web1: up(orderly) })).toEqual(['guest.stop files']);
  });

  test('stops first where both stop', () => {
    const both = { files: up(files, stopped), web1: up(orderly, stopped) };
    expect(planned(orderly, both)).toEqual(['await files', 'guest.stop web1']);
    expect(planned(orderly, { files: up(files), web1: up(orderly) }, {}, true)).toEqual([
      'await files',
      'guest.stop web1',
    ]);
    expect(planned(orderly, { files: up(files) }, {}, true)).toEqual(['guest.stop files']);
  });

  test('does not keep a guest from being ended that hangs', () => {
    const health = { failures: 3, lastOkAt: undefined, lastError: 'no answer' };
    const both = { files: up(files, { health }), web1: up(orderly, stopped) };
    expect(planned(orderly, both)).toContain('guest.stop files');
  });
});

describe('a guest that requires another', () => {
  test('stops with it, before it, and waits for it', () => {
    expect(planned(strict, { files: up(files, stopped), web1: up(strict) })).toEqual([
      'await files',
      'guest.stop web1',
    ]);
    const end = { reason: 'stopped', at: 0, detail: '', wasReady: true } as const;
    expect(planned(strict, { files: stopped, web1: { end } })).toEqual(['await web1']);
  });

  test('also where only something between them requires it', () => {
    const front = guest('front', 4, { requires: ['web1'] });
    const desired = desiredWith(files, strict, front);
    const guests = new Map([
      ['files', up(files, stopped)],
      ['web1', up(strict)],
      ['front', up(front)],
    ]);
    const steps = plan(desired, observedFor(desired, { guests }), now).map(
      (step) => `${step.kind} ${'guest' in step ? step.guest : ''}`,
    );
    expect(steps).toEqual(['await files', 'guest.stop web1', 'guest.stop front']);
  });

  test('says why it cannot start where the other cannot', () => {
    const roots = new Map([['files', { exists: false, tailored: false }]]);
    expect(planned(strict, {}, { roots })).toEqual(['blocked files', 'blocked web1']);
  });

  test('runs on when the other one crashed', () => {
    const end = { reason: 'panic', at: now, detail: '', wasReady: true } as const;
    expect(planned(strict, { files: { end, notBefore: now + 1000 }, web1: up(strict) })).toEqual([]);
  });
});

describe('where systemd runs the guests', () => {
  const unit = { ...unitUnseen, begun: true };
  const dropIns = new Map(
    [files, strict].map((each) => [
      each.name,
      unitDropIn(each, { systemd: 257, guestsDirectory: '/run/umlnfs/guests', clients: new Map() }),
    ]),
  );
  const unitFiles = { systemd: 257, dropIns };

  test('it is told of the dependencies', () => {
    const lines = dropIns.get('web1')?.split('\n');
    expect(lines).toContain('After=umlnfs@files.service');
    expect(lines).toContain('Requires=umlnfs@files.service');
    expect(dropIns.get('files')).not.toMatch(/^(After|Wants|Requires)=/m);
  });

  test('it is asked for a guest when the one before it is ready', () => {
    const begun = { ...unit, begun: false };
    expect(planned(strict, { files: { unit: begun }, web1: { unit: begun } }, { unitFiles })).toEqual([
      'unit.start files',
      'await web1',
    ]);
  });

  test('it stops itself what requires a guest that stops', () => {
    const active = { ...unit, active: 'active', sub: 'running' };
    const seen = {
      files: { ...up(files, stopped), unit: active },
      web1: { ...up(strict), unit: active },
    };
    expect(planned(strict, seen, { unitFiles })).toEqual(['unit.stop files']);
  });
});
