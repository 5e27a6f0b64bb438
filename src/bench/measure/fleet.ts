import { join } from 'node:path';
import type { FleetSamples, Footprint } from '../results.ts';
import { makeIdleRoots } from '../roots/one-process.ts';
import { BareGuests } from '../sides/bare.ts';
import { commandsFor } from '../sides/command.ts';
import { type Bench, inTurns, ms } from './bench.ts';
import { measureFootprint } from './footprint.ts';

const guests = 20;
const patience = 120_000;

/** Twenty guests of one process at once, by umlnfs and by a loop in a shell; then the daemon at rest with them. */
export async function measureFleet(bench: Bench): Promise<{ fleet: FleetSamples; footprint: Footprint }> {
  const { places, umlnfs, quick, wish, say } = bench;
  const names = Array.from({ length: guests }, (_, index) => `fleet${index + 1}`);
  await makeIdleRoots(names.map((name) => join(places.exports, name)));
  await umlnfs.define(
    new Map(
      names.map((name, index) => [
        name,
        `[Guest]\nAddress=192.168.2.${index + 2}\nAutostart=no\nMemory=64M\n`,
      ]),
    ),
  );
  const commands = await commandsFor(places, places.bareGuests, names);
  const ready = { umlnfs: [] as number[], other: [] as number[] };

  const begin = async (round: number) => {
    const began = await umlnfs.start(names);
    const took = (await umlnfs.ready(names, patience, wish)) - began;
    say(`fleet ${round}: umlnfs, ${guests} guests ready after ${ms(took)}`);
    if (round > 0) ready.umlnfs.push(took);
  };
  const byUmlnfs = async (round: number) => {
    await begin(round);
    await umlnfs.stop(names, wish);
  };
  const byShell = async (round: number) => {
    const fleet = await BareGuests.prepare(places, commands);
    try {
      const began = fleet.start();
      const took = (await fleet.ready(patience, wish)) - began;
      say(`fleet ${round}: bare, ${guests} guests ready after ${ms(took)}`);
      if (round > 0) ready.other.push(took);
      await fleet.stop(wish);
    } finally {
      fleet.close();
    }
  };

  await inTurns({ warmUp: true, count: quick ? 1 : 4 }, [byUmlnfs, byShell], wish);
  await begin(0);
  const footprint = await measureFootprint(umlnfs.daemonPid, guests, bench);
  await umlnfs.stop(names, wish);
  return { fleet: { guests, ready }, footprint };
}
