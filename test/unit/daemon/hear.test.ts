import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Marks } from '../../../src/adapters/state/marks.ts';
import { NotifyHub } from '../../../src/adapters/uml/notify.ts';
import { Guests } from '../../../src/daemon/guests.ts';
import { hearGuests } from '../../../src/daemon/hear.ts';
import { desiredWith, guestWanted } from '../../support/model.ts';
import { ScriptedRunner } from '../../support/runner.ts';

const names = ['web1', 'web2', 'web3', 'web4', 'web5'];
const log = pino({ level: 'silent' });
let guests: Guests;
/** Its reader is never started. */
let hub: NotifyHub;
let announced: string[][];
let ready: string[];
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  const runner = new ScriptedRunner();
  const clock = () => performance.now();
  const desired = desiredWith();
  guests = new Guests({
    runner,
    marks: new Marks('/nowhere'),
    log,
    clock,
    markDirty: () => {},
    desired: () => desired,
  });
  for (const guest of names) {
    const process = await runner.start({ guest, argv: [], uid: 1, gid: 1, memoryBytes: 1 });
    guests.began(guestWanted({ name: guest }), process);
  }
  hub = new NotifyHub();
  announced = [];
  ready = [];
  stop = hearGuests({
    hub,
    guests,
    log,
    clock,
    announce: () => announced.push(names.map((name) => guests.record(name).says)),
    onReady: (guest) => {
      ready.push(guest);
      guests.record(guest).becameReady(clock());
    },
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const say = (guest: string, text: string) => hub.emit('message', { guest, type: 'user', text });

test('a flood of what guests say is announced four times a second, with the last words at the end', async () => {
  for (let round = 0; round < 1_000; round += 1) {
    for (const name of names) say(name, `STATUS=${name} ${round}`);
    await vi.advanceTimersByTimeAsync(2);
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(announced.length).toBeGreaterThanOrEqual(7);
  expect(announced.length).toBeLessThanOrEqual(9);
  expect(announced.at(-1)).toEqual(names.map((name) => `${name} 999`));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(announced.length).toBeLessThanOrEqual(9);
});

test('READY=1 among a flood is acted upon at once, and once', () => {
  for (let round = 0; round < 1_000; round += 1) {
    say('web1', `STATUS=${round}`);
    if (round < 500) continue;
    say('web1', `READY=1\nSTATUS=ready ${round}`);
    expect(ready).toEqual(['web1']);
  }
  expect(guests.record('web1').says).toBe('ready 999');
});

test('what was said before is not announced again, nor anything after the end', async () => {
  say('web1', 'STATUS=serving');
  await vi.advanceTimersByTimeAsync(250);
  say('web1', 'STATUS=serving');
  await vi.advanceTimersByTimeAsync(250);
  expect(announced).toHaveLength(1);
  say('web1', 'STATUS=tired');
  stop();
  say('web1', 'STATUS=more tired');
  expect(vi.getTimerCount()).toBe(0);
});
