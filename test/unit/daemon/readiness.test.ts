import { afterEach, beforeEach, expect, test } from 'vitest';
import { Health } from '../../../src/daemon/health.ts';
import { GuestRecord } from '../../../src/daemon/record.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { guestWanted } from '../../support/model.ts';

const web1 = guestWanted({ startTimeout: 90_000 });
const mounts = '192.168.2.1:/export/web1 / nfs rw 0 0\n';
let now: number;
let asked: number;
let ready: string[];
let health: Health;

beforeEach(() => {
  now = 10_000;
  asked = 0;
  ready = [];
  health = new Health({
    ask: async () => {
      asked += 1;
      return mounts;
    },
    console: async () => '',
    clock: () => now,
    onReady: (guest) => ready.push(guest),
    markDirty: () => {},
    announce: () => {},
  });
});
afterEach(() => health.close());

/** The guest as a daemon that begins at 10 s finds it, with its root mounted. */
function adopted(active: string, wanted = web1): GuestRecord {
  const record = new GuestRecord('web1');
  record.began({ pid: 7, startedAt: 0, argv: [], uid: 1, adopted: true }, 0);
  record.seen.unit = { ...unitUnseen, active };
  health.follow(record, () => wanted);
  return record;
}

test('a guest that is adopted while it boots is ready when it says so, or late', async () => {
  const record = adopted('activating');
  await expect.poll(() => record.kernelUp).toBe(true);
  expect(ready).toEqual([]);
  now = 61_000;
  await expect.poll(() => ready).toContain('web1');
  expect(asked).toBeGreaterThan(1);
});

test.each([
  ['whose unit is active', 'active', web1],
  ['that has only its mounts to tell', 'activating', guestWanted({ ready: 'mount' })],
])('a guest that is adopted and %s is ready at once', async (_, active, wanted) => {
  adopted(active, wanted);
  await expect.poll(() => ready).toContain('web1');
  expect(asked).toBe(1);
});
