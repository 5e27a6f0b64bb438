import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CloneJob, Clones } from '../../../src/daemon/clones.ts';
import { until } from '../../support/poll.ts';

interface Running {
  readonly job: CloneJob;
  readonly signal: AbortSignal;
  done(): void;
  fail(error: Error): void;
}

let now: number;
let dirty: number;
let running: Running[];
let clones: Clones;

beforeEach(() => {
  now = 0;
  dirty = 0;
  running = [];
  clones = new Clones({
    clone: (job, signal) =>
      new Promise((resolve, reject) => {
        running.push({ job, signal, done: resolve, fail: reject });
        signal.addEventListener('abort', () => reject(new Error('ended')));
      }),
    most: 2,
    log: pino({ level: 'silent' }),
    clock: () => now,
    markDirty: () => {
      dirty += 1;
    },
  });
});

const job = (seat: number): CloneJob => ({
  guest: `lab:${seat}`,
  from: '/export/base',
  directory: `/export/lab-${seat}`,
});
const guests = () => running.map((one) => one.job.guest);

describe('Clones', () => {
  it('runs so many at a time, each root once, and tells when one is done', async () => {
    for (const seat of [1, 2, 3, 1]) clones.begin(job(seat));
    expect(guests()).toEqual(['lab:1', 'lab:2']);
    expect([1, 2, 3, 4].map((seat) => clones.seen(job(seat).directory).cloning)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    running[0]?.done();
    await until('the next', () => running.length === 3);
    await until('the news', () => dirty === 1);
    expect(guests()).toEqual(['lab:1', 'lab:2', 'lab:3']);
    expect(clones.seen(job(1).directory)).toEqual({ cloning: false });
  });

  it('tells a failure until it may be tried again, later each time, or at once where somebody wants it', async () => {
    const fail = async (count: number) => {
      clones.begin(job(1));
      running.at(-1)?.fail(new Error(`no space ${count}`));
      await until('the failure', () => dirty === count);
    };
    await fail(1);
    expect(clones.seen(job(1).directory)).toEqual({ cloning: false, problem: 'no space 1' });
    now = 5_000;
    expect(clones.seen(job(1).directory)).toEqual({ cloning: false });
    await fail(2);
    now = 14_999;
    expect(clones.seen(job(1).directory).problem).toBe('no space 2');
    clones.retry(job(1).directory);
    expect(clones.seen(job(1).directory)).toEqual({ cloning: false });
  });

  it('ends all when it is closed, and begins none after that', async () => {
    for (const seat of [1, 2, 3]) clones.begin(job(seat));
    await clones.close();
    expect(running.every(({ signal }) => signal.aborted)).toBe(true);
    clones.begin(job(4));
    expect(guests()).toEqual(['lab:1', 'lab:2']);
  });
});
