import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { Marks } from '../../../src/adapters/state/marks.ts';
import { DropIns } from '../../../src/adapters/systemd/drop-ins.ts';
import type { Manager } from '../../../src/adapters/systemd/manager.ts';
import type { SystemdRunner } from '../../../src/adapters/systemd/runner.ts';
import { Guests } from '../../../src/daemon/guests.ts';
import { Units, type UnitsOptions } from '../../../src/daemon/units.ts';
import { messageOf } from '../../../src/model/error.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { desiredWith, guestWanted } from '../../support/model.ts';
import { ScriptedRunner } from '../../support/runner.ts';

const web1 = guestWanted();

/** What the units ask of systemd's runner, in words. */
class Told {
  words: string[] = [];
  restarts = 0;
  taken = true;
  #answer: { resolve: () => void; reject: (error: Error) => void } | undefined;

  seen = () => ({ ...unitUnseen, restarts: this.restarts });
  follow = async () => {};
  forgive = async () => {
    this.words.push('forgive');
    this.restarts = 0;
  };
  prepare = () =>
    new Promise<void>((resolve, reject) => {
      this.#answer = { resolve, reject };
    });
  refuse = (_: string, error: Error) => {
    this.words.push('refuse');
    this.#answer?.reject(error);
  };
  ask = async (_: string, job: string, byOperator: boolean) => {
    this.words.push(byOperator ? job : `offer ${job}`);
    return this.taken;
  };
  grant(): void {
    this.words.push('grant');
    this.#answer?.resolve();
  }
  heard(): string {
    return this.words.splice(0).join(' ');
  }
}

let runner: Told;
let guests: Guests;
let units: Units;

beforeEach(() => {
  runner = new Told();
  guests = new Guests({
    runner: new ScriptedRunner(),
    marks: new Marks('/nonexistent'),
    log: pino({ level: 'silent' }),
    clock: () => 0,
    markDirty: () => {},
    desired: () => desiredWith(web1),
  });
  units = new Units({ runner: runner as unknown as SystemdRunner, guests, clock: () => 0 } as UnitsOptions);
});

/** systemd starts the guest, which is refused; gives the words for that. */
async function refused(guest: string, restarts: number): Promise<string> {
  runner.restarts = restarts;
  const prepared = units.prepare(guest).then(
    () => 'started',
    (error) => messageOf(error),
  );
  // It asks the guests first.
  await new Promise(setImmediate);
  units.refuse([guest], () => 'its kernel is away');
  return await prepared;
}

/** systemd starts the guest, and nothing is in the way. */
async function granted(guest: string): Promise<void> {
  const prepared = units.prepare(guest);
  // It asks the guests first.
  await new Promise(setImmediate);
  runner.grant();
  await prepared;
}

test('automatic starts that are refused do not use up the limit, and their delays grow up to it', async () => {
  for (const restarts of [1, 2, 3]) {
    expect(await refused('web1', restarts)).toContain('its kernel is away');
    expect(runner.heard()).toBe('refuse');
  }
  await refused('web1', 4);
  expect(runner.heard()).toBe('forgive refuse');
  runner.restarts = 1;
  await granted('web1');
  expect(runner.heard()).toBe('grant forgive');
});

test('an automatic start that nothing was in the way of counts', async () => {
  runner.restarts = 4;
  await granted('web1');
  expect(runner.heard()).toBe('grant');
});

test('a guest without a definition uses up the limit', async () => {
  await refused('nobody', 9);
  expect(runner.heard()).toBe('refuse');
});

test('a start that somebody asked for is refused at once', async () => {
  expect(await refused('web1', 0)).toContain('its kernel is away');
  expect(runner.heard()).toBe('forgive refuse');
});

test('a reload that fails is owed, also to the next daemon', async () => {
  const directory = await mkdtemp(`${tmpdir()}/umlnfs-units-`);
  let fails = true;
  const manager = {
    version: 257,
    reload: async () => {
      if (fails) throw new Error('Transport endpoint is not connected');
    },
  } as unknown as Manager;
  const next = () =>
    new Units({ manager, dropIns: new DropIns(directory, directory), guests } as unknown as UnitsOptions);
  try {
    const write = new Map([['web1', '[Service]\n']]);
    const step = { kind: 'units.configure', write, remove: [], why: 'new' } as const;
    await expect(next().configure(step)).rejects.toThrow();
    expect(await next().files()).toEqual({ systemd: 257, dropIns: write, reloadOwed: true });
    fails = false;
    await next().configure({ ...step, write: new Map() });
    expect(await next().files()).toEqual({ systemd: 257, dropIns: write, reloadOwed: false });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a guest whose restart gave way to a job of somebody else is not one that the daemon stops', async () => {
  guests.appeared('web1', { pid: 7, startedAt: 0, argv: [], uid: 1, adopted: true });
  const step = { kind: 'unit.restart', guest: 'web1', why: 'it changed', byOperator: false } as const;
  runner.taken = false;
  await units.ask(step);
  expect(guests.record('web1').seen.stop).toBeUndefined();
  runner.taken = true;
  await units.ask(step);
  expect(guests.record('web1').seen.stop).toMatchObject({ cause: 'it changed' });
  expect(runner.heard()).toBe('offer restart offer restart');
});
