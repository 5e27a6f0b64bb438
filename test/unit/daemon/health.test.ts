import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Health } from '../../../src/daemon/health.ts';
import { GuestRecord } from '../../../src/daemon/record.ts';
import type { GuestWanted } from '../../../src/model/desired.ts';
import { guestWanted } from '../../support/model.ts';

const minutes = 60_000;
const mounted = '10.0.0.1:/srv/web1 / nfs rw 0 0\n';
let health: Health;
let record: GuestRecord;
let wanted: GuestWanted | undefined;
let asked: string[];
let answer: (command: string) => Promise<string>;
let ready: number[];

beforeEach(() => {
  vi.useFakeTimers();
  record = new GuestRecord('web1');
  wanted = every(5 * minutes);
  asked = [];
  ready = [];
  answer = (command) => Promise.resolve(command === 'version' ? 'Linux' : mounted);
  health = new Health({
    ask: (_guest, command) => {
      asked.push(command);
      return answer(command);
    },
    console: () => Promise.resolve(`/dev/pts/${record.seen.process?.pid}`),
    clock: () => performance.now(),
    onReady: () => {
      ready.push(record.seen.process?.pid ?? 0);
      record.becameReady(performance.now());
    },
    markDirty: () => {},
    announce: () => {},
  });
});
afterEach(() => {
  health.close();
  vi.useRealTimers();
});

function every(interval: number): GuestWanted {
  const { health: usual } = guestWanted();
  return guestWanted({ ready: 'mount', health: { ...usual, interval, tcpPort: undefined } });
}

/** As the daemon does after each pass. */
const follow = () => health.follow(record, () => wanted);

function began(pid: number): void {
  record.began({ pid, startedAt: performance.now(), argv: [], uid: 1, adopted: false }, 0);
}

async function running(pid: number): Promise<void> {
  began(pid);
  follow();
  // Ready, and checked for the first time.
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ready).toEqual([pid]);
  expect(asked).toEqual(['proc 1/mounts', 'version']);
}

test('a guest is asked whether it is ready, and then checked at its interval', async () => {
  await running(1);
  follow();
  await vi.advanceTimersByTimeAsync(4 * minutes);
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(6 * minutes);
  expect(asked.slice(2)).toEqual(['version', 'version']);
});

test('a guest that was restarted is asked soon, however long the interval', async () => {
  await running(1);
  began(2);
  follow();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ready).toEqual([1, 2]);
  expect(record.console).toBe('/dev/pts/2');
});

test('a guest without a process leaves no timer', async () => {
  await running(1);
  record.seen.process = undefined;
  follow();
  expect(vi.getTimerCount()).toBe(0);
});

test('a changed interval counts at once', async () => {
  await running(1);
  wanted = every(1_000);
  follow();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(asked.slice(2)).toEqual(['version', 'version', 'version', 'version']);
  wanted = every(5 * minutes);
  follow();
  await vi.advanceTimersByTimeAsync(4 * minutes);
  expect(asked.slice(6)).toEqual(['version']);
});

test('an interval that changes while the guest is asked counts after the answer, and it is asked once', async () => {
  await running(1);
  let give = (_text: string) => {};
  answer = () => new Promise((resolve) => (give = resolve));
  await vi.advanceTimersByTimeAsync(5 * minutes);
  expect(asked.slice(2)).toEqual(['version']);
  wanted = every(1_000);
  follow();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked.slice(2)).toEqual(['version']);
  give('Linux');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.slice(2)).toEqual(['version', 'version']);
});

test('an answer of the process before is not taken for one of the next, which is followed once', async () => {
  let give = (_text: string) => {};
  answer = () => new Promise((resolve) => (give = resolve));
  began(1);
  follow();
  await vi.advanceTimersByTimeAsync(150);
  began(2);
  follow();
  give(mounted);
  await vi.advanceTimersByTimeAsync(100);
  expect([ready, record.kernelUp]).toEqual([[], false]);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  give(mounted);
  await vi.advanceTimersByTimeAsync(0);
  expect(ready).toEqual([2]);
});

test('nothing is followed after the end', async () => {
  await running(1);
  health.close();
  began(2);
  follow();
  expect(vi.getTimerCount()).toBe(0);
});
