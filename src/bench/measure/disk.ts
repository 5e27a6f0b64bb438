import { join } from 'node:path';
import { median } from '../report/statistics.ts';
import type { DiskSamples } from '../results.ts';
import { diskMark, makeDiskRoots, ratesOf } from '../roots/one-process.ts';
import { BareGuests, bareConsole } from '../sides/bare.ts';
import { commandsFor } from '../sides/command.ts';
import { ConsoleWatch } from '../sides/console.ts';
import { patiently } from '../sides/patience.ts';
import { type Bench, inTurns } from './bench.ts';

const ours = 'disk';
const theirs = 'byhand';
const patience = 180_000;

/** A file of 200 MiB in the guest: with umlnfs's defaults, and with those of the by-hand recipe. */
export async function measureDisk(bench: Bench): Promise<DiskSamples> {
  const { places, umlnfs, quick, wish, say } = bench;
  await makeDiskRoots(
    [ours, theirs].map((name) => join(places.exports, name)),
    quick ? 1 : 2,
  );
  await umlnfs.define(
    new Map([
      [ours, '[Guest]\nAddress=192.168.2.2\nAutostart=no\n'],
      [
        theirs,
        // The kernel's own defaults, and the network driver that everybody knew.
        '[Guest]\nAddress=192.168.2.3\nAutostart=no\n[Network]\nTransport=tuntap\n[Root]\nRSize=4096\nWSize=4096\n',
      ],
    ]),
  );
  const commands = await commandsFor(places, places.bareGuests, [theirs]);
  const write = { umlnfs: [] as number[], other: [] as number[] };
  const read = { umlnfs: [] as number[], other: [] as number[] };
  const note = (round: number, side: 'umlnfs' | 'other', log: string) => {
    const [written, got] = [ratesOf(log, 'write'), ratesOf(log, 'read')];
    if (written.length === 0 || got.length === 0)
      throw new Error(`the guest told no rates: ${log.slice(-500)}`);
    write[side].push(...written);
    read[side].push(...got);
    const rates = `write ${median(written).toFixed(0)} MB/s, read ${median(got).toFixed(0)} MB/s`;
    say(`disk ${round}: ${side === 'umlnfs' ? 'umlnfs' : 'by hand'}, ${rates}`);
  };

  const byUmlnfs = async (round: number) => {
    const log = await ConsoleWatch.begin(join(places.logs, ours, 'console.log'));
    try {
      const done = log.says(diskMark);
      await umlnfs.start([ours]);
      await patiently(done, 'the disk to be measured', patience, wish);
      note(round, 'umlnfs', log.text());
    } finally {
      log.close();
    }
    await umlnfs.stop([ours], wish);
  };
  const byHand = async (round: number) => {
    const log = await ConsoleWatch.begin(bareConsole(places, theirs));
    const guests = await BareGuests.prepare(places, commands);
    try {
      const done = log.says(diskMark);
      guests.start();
      await guests.whileTheyRun(done, 'the disk to be measured', patience, wish);
      note(round, 'other', log.text());
      await guests.stop(wish);
    } finally {
      log.close();
      guests.close();
    }
  };

  await inTurns({ warmUp: false, count: quick ? 2 : 3 }, [byUmlnfs, byHand], wish);
  return { write, read };
}
