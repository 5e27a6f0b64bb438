import { join } from 'node:path';
import type { TailoredSamples } from '../results.ts';
import { makeTailoredRoot, makeUntailoredRoot } from '../roots/debian.ts';
import { BareGuests } from '../sides/bare.ts';
import { type Command, commandsFor } from '../sides/command.ts';
import { type Bench, inTurns, ms } from './bench.ts';

const tailored = 'tailored';
const plain = 'untailored';
const patience = 120_000;

/** One Debian root as umlnfs tailors it and as it was, both started by the same bare command line. */
export async function measureTailored(bench: Bench): Promise<TailoredSamples> {
  const { places, umlnfs, quick, wish, say } = bench;
  say('tailored: copying the Debian root');
  await makeTailoredRoot(places.debian, join(places.exports, tailored), tailored);
  await makeUntailoredRoot(places.debian, join(places.exports, plain));
  await umlnfs.define(
    new Map([
      [tailored, '[Guest]\nAddress=192.168.2.2\nAutostart=no\n'],
      [plain, '[Guest]\nAddress=192.168.2.3\nAutostart=no\n'],
    ]),
  );
  const commands = await commandsFor(places, places.bareGuests, [tailored, plain]);
  const ready = { umlnfs: [] as number[], other: [] as number[] };
  const boot = async (round: number, command: Command | undefined, side: 'umlnfs' | 'other') => {
    if (command === undefined) throw new Error('no command line');
    const guests = await BareGuests.prepare(places, [command]);
    try {
      const began = guests.start();
      const took = (await guests.ready(patience, wish)) - began;
      say(`tailored ${round}: ${command.guest}, ready after ${ms(took)}`);
      if (round > 0) ready[side].push(took);
      await guests.stop(wish);
    } finally {
      guests.close();
    }
  };
  // The first boot of a root does more than any other: it is not counted.
  const sides = [
    (round: number) => boot(round, commands[0], 'umlnfs'),
    (round: number) => boot(round, commands[1], 'other'),
  ] as const;
  await inTurns({ warmUp: true, count: quick ? 1 : 3 }, sides, wish);
  return { ready };
}
