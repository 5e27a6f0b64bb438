import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Manager, ManagerListener } from '../../../../src/adapters/systemd/manager.ts';
import { SystemdRunner } from '../../../../src/adapters/systemd/runner.ts';
import { noUnit, type UnitState } from '../../../../src/adapters/systemd/unit-state.ts';

/** A systemd of one guest. */
class ScriptedManager {
  unit: UnitState = noUnit;
  /** Somebody else's job is in the way. */
  busy = false;
  readonly asked: string[] = [];
  listener: ManagerListener | undefined;

  listen(listener: ManagerListener): void {
    this.listener = listener;
  }
  change(change: Partial<UnitState>): void {
    this.unit = { ...this.unit, ...change };
    this.listener?.changed('web1', change);
  }
  state = async () => this.unit;
  watch = async () => {};
  resetFailed = async () => {};
  start = async () => this.#note('start', true);
  restart = async () => this.#note('restart', true);
  offerStart = async () => this.#note('offer start', !this.busy);
  offerRestart = async () => this.#note('offer restart', !this.busy);

  #note(what: string, taken: boolean): boolean {
    this.asked.push(what);
    return taken;
  }
}

let guests: string;
let manager: ScriptedManager;
let runner: SystemdRunner;

beforeEach(async () => {
  guests = await mkdtemp(`${tmpdir()}/umlnfs-runner-`);
  manager = new ScriptedManager();
  runner = runnerNow();
});
afterEach(() => rm(guests, { recursive: true }));

function runnerNow(): SystemdRunner {
  return new SystemdRunner({ manager: manager as unknown as Manager, guests, clock: () => 0 });
}

test('what no operator wishes gives way to the job of somebody else, which is seen as it is', async () => {
  manager.busy = true;
  expect(await runner.ask('web1', 'restart', false)).toBe(false);
  expect(runner.seen('web1')?.job).toBe(false);
  expect(await runner.ask('web1', 'start', false)).toBe(false);
  expect(await runner.ask('web1', 'restart', true)).toBe(true);
  expect(runner.seen('web1')?.job).toBe(true);
  expect(manager.asked).toEqual(['offer restart', 'offer start', 'restart']);
});

test('a guest that is stopped while it is prepared has begun, also for the next daemon', async () => {
  const prepared = runner.prepare('web1');
  await expect.poll(() => runner.preparing()).toEqual(['web1']);
  manager.change({ active: 'activating', sub: 'start-pre', job: true });
  expect(runner.seen('web1')?.begun).toBe(false);
  manager.change({ active: 'inactive', sub: 'dead', job: false });
  await expect(prepared).rejects.toThrow('systemd gave its start up');
  expect(runner.seen('web1')?.begun).toBe(true);
  const next = runnerNow();
  await next.follow('web1');
  expect(next.seen('web1')?.begun).toBe(true);
});

test('a guest whose start was refused has not begun', async () => {
  const prepared = runner.prepare('web1');
  await expect.poll(() => runner.preparing()).toEqual(['web1']);
  manager.change({ active: 'activating', sub: 'start-pre', job: true });
  runner.refuse('web1', new Error('its kernel is away'));
  await expect(prepared).rejects.toThrow('its kernel is away');
  manager.change({ active: 'failed', sub: 'failed', job: false });
  await new Promise(setImmediate);
  expect(runner.seen('web1')?.begun).toBe(false);
});
