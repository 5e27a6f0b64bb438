import { expect, it } from 'vitest';
import { Coalescer } from '../../../src/watch/coalesce.ts';
import { until } from '../../support/poll.ts';

it('calls once for many events, when it has been quiet', async () => {
  const calls: number[] = [];
  const coalescer = new Coalescer(() => calls.push(performance.now()), { quiet: 50, latest: 100_000 });
  const last = await new Promise<number>((resolve) => {
    let count = 0;
    const timer = setInterval(() => {
      for (let index = 0; index < 1000; index += 1) coalescer.event();
      count += 1;
      if (count < 5) return;
      clearInterval(timer);
      resolve(performance.now());
    }, 5);
  });
  await until('the call', () => calls.length > 0);
  expect(calls).toHaveLength(1);
  expect((calls[0] ?? 0) - last).toBeGreaterThan(45);
});

it('calls in time although it never is quiet', async () => {
  let calls = 0;
  const coalescer = new Coalescer(
    () => {
      calls += 1;
    },
    { quiet: 60_000, latest: 50 },
  );
  const timer = setInterval(() => coalescer.event(), 1);
  await until('three calls', () => calls >= 3);
  clearInterval(timer);
  coalescer.close();
});

it('does not call after it was closed', async () => {
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  const coalescer = new Coalescer(count, { quiet: 10, latest: 10 });
  const other = new Coalescer(count, { quiet: 30, latest: 30 });
  coalescer.event();
  coalescer.close();
  coalescer.event();
  other.event();
  await until('the other one', () => calls > 0);
  expect(calls).toBe(1);
});
