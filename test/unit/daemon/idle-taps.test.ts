import { expect, test } from 'vitest';
import { withIdleTimes } from '../../../src/daemon/idle-taps.ts';
import type { TapSeen } from '../../../src/model/observed.ts';

const tap: TapSeen = {
  name: 'uml-web1',
  uid: 1,
  master: 'uml0',
  up: true,
  carrier: true,
  guarded: true,
  isolated: false,
  guest: 'web1',
};

test('tells since when nobody holds a tap, and begins anew when somebody did or it was gone', async () => {
  let taps = new Map<string, TapSeen>();
  let now = 0;
  const read = withIdleTimes(
    async () => ({ taps }),
    () => now,
  );
  const idleSince = async (at: number, seen: TapSeen | undefined) => {
    now = at;
    taps = new Map(seen === undefined ? [] : [[seen.name, seen]]);
    return (await read()).taps.get(tap.name)?.idleSince;
  };
  const idle = { ...tap, carrier: false };
  expect(await idleSince(1, tap)).toBeUndefined();
  expect(await idleSince(2, idle)).toBe(2);
  expect(await idleSince(3, idle)).toBe(2);
  expect(await idleSince(4, tap)).toBeUndefined();
  expect(await idleSince(5, idle)).toBe(5);
  expect(await idleSince(6, undefined)).toBeUndefined();
  expect(await idleSince(7, idle)).toBe(7);
});
