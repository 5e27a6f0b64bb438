import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { Loop, type PassResult } from '../../../src/daemon/loop.ts';
import { UserError } from '../../../src/model/error.ts';

const log = pino({ level: 'silent' });
const idle: PassResult = { acted: false, until: undefined };
let loop: Loop | undefined;
afterEach(() => loop?.stop());

/** A pass that the test lets go on when it likes. */
function gated() {
  const begun: (() => void)[] = [];
  let passes = 0;
  let seen = () => {};
  return {
    pass: () => {
      passes += 1;
      seen();
      return new Promise<PassResult>((resolve) => begun.push(() => resolve(idle)));
    },
    release: () => begun.shift()?.(),
    count: () => passes,
    next: () => new Promise<void>((resolve) => (seen = resolve)),
  };
}

test('a burst of events before and during a pass makes one pass each', async () => {
  const gate = gated();
  loop = new Loop(gate.pass, log);
  const first = gate.next();
  for (let i = 0; i < 1000; i += 1) loop.markDirty();
  await first;
  expect(gate.count()).toBe(1);
  for (let i = 0; i < 1000; i += 1) loop.markDirty();
  const second = gate.next();
  gate.release();
  await second;
  const settled = loop.settled();
  gate.release();
  const third = gate.next();
  await third;
  gate.release();
  await settled;
  expect(gate.count()).toBe(3);
});

test('two passes never run at once', async () => {
  let running = 0;
  let most = 0;
  let left = 20;
  loop = new Loop(async () => {
    running += 1;
    most = Math.max(most, running);
    loop?.markDirty();
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    left -= 1;
    return { acted: left > 0, until: undefined };
  }, log);
  await loop.settled();
  expect(most).toBe(1);
});

test('acting is followed by reading again until there is nothing to do', async () => {
  let steps = 3;
  let passes = 0;
  loop = new Loop(async () => {
    passes += 1;
    steps -= 1;
    return { acted: steps >= 0, until: undefined };
  }, log);
  await loop.settled();
  expect(passes).toBe(4);
});

test('a pass that throws is tried again and does not end the loop', async () => {
  let passes = 0;
  const again = new Promise<void>((resolve) => {
    loop = new Loop(async () => {
      passes += 1;
      if (passes === 1) throw new Error('the host is in trouble');
      resolve();
      return idle;
    }, log);
  });
  loop?.markDirty();
  await again;
  expect(passes).toBe(2);
});

test('the same trouble of the host is told once, until a pass went well', async () => {
  const told: string[] = [];
  const causes = ['no ip', 'no ip', 'no tun', undefined, 'no tun'];
  const last = new Promise<void>((resolve) => {
    const telling = pino({ base: null }, { write: (line) => void told.push(JSON.parse(line).msg) });
    loop = new Loop(async () => {
      const cause = causes.shift();
      if (causes.length === 0) resolve();
      else loop?.markDirty();
      if (cause !== undefined) throw new UserError('look', cause, { hint: 'install it' });
      return idle;
    }, telling);
  });
  loop?.markDirty();
  await last;
  await loop?.stop();
  expect(told).toEqual(['no ip', 'no tun', 'no tun'].map((cause) => `cannot look: ${cause}; install it`));
});

test('what becomes due later wakes the loop by itself', async () => {
  const wakes: number[] = [];
  const woken = new Promise<void>((resolve) => {
    loop = new Loop(async () => {
      wakes.push(performance.now());
      if (wakes.length === 2) resolve();
      return { acted: false, until: performance.now() + 60 };
    }, log);
  });
  loop?.markDirty();
  await woken;
  expect((wakes[1] ?? 0) - (wakes[0] ?? 0)).toBeGreaterThanOrEqual(60);
});

test('stop waits for the pass under way, and none begins after it', async () => {
  const gate = gated();
  loop = new Loop(gate.pass, log);
  const first = gate.next();
  loop.markDirty();
  await first;
  const stopped = loop.stop();
  loop.markDirty();
  gate.release();
  await stopped;
  expect(gate.count()).toBe(1);
});
