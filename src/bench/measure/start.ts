import { join } from 'node:path';
import { commandOf } from '../../adapters/uml/proc.ts';
import { UserError } from '../../model/error.ts';
import type { StartSamples } from '../results.ts';
import { makeIdleRoots, rootMark } from '../roots/one-process.ts';
import { BareGuests, bareConsole } from '../sides/bare.ts';
import { type Command, commandsFor } from '../sides/command.ts';
import { ConsoleWatch } from '../sides/console.ts';
import { patiently } from '../sides/patience.ts';
import { type Bench, inTurns, ms } from './bench.ts';

const name = 'single';
const patience = 60_000;

/** One guest with a root of one process, started by umlnfs and by a shell. */
export async function measureStart(bench: Bench): Promise<StartSamples> {
  const { places, umlnfs, quick, wish, say } = bench;
  await makeIdleRoots([join(places.exports, name)]);
  await umlnfs.define(new Map([[name, '[Guest]\nAddress=192.168.2.2\nAutostart=no\n']]));
  const [theirs] = await commandsFor(places, places.bareGuests, [name]);
  const [ours] = await commandsFor(places, places.guests, [name]);
  if (theirs === undefined || ours === undefined) throw new Error('no command line');
  const root = { umlnfs: [] as number[], other: [] as number[] };
  const ready = { umlnfs: [] as number[], other: [] as number[] };
  const untilProcess: number[] = [];

  const byUmlnfs = async (round: number) => {
    const log = await ConsoleWatch.begin(join(places.logs, name, 'console.log'));
    try {
      const mounted = log.says(rootMark);
      const wall = Date.now();
      const began = await umlnfs.start([name]);
      const readyAt = await umlnfs.ready([name], patience, wish);
      const rootAt = await patiently(mounted, 'the root', patience, wish);
      await checkSame(umlnfs.status(name)?.pid ?? 0, ours);
      say(`start ${round}: umlnfs, root ${ms(rootAt - began)}, ready ${ms(readyAt - began)}`);
      if (round > 0) {
        root.umlnfs.push(rootAt - began);
        ready.umlnfs.push(readyAt - began);
        untilProcess.push((umlnfs.status(name)?.startedAt ?? 0) / 1000 - wall);
      }
    } finally {
      log.close();
    }
    await umlnfs.stop([name], wish);
  };

  const byShell = async (round: number) => {
    const log = await ConsoleWatch.begin(bareConsole(places, name));
    const guests = await BareGuests.prepare(places, [theirs]);
    try {
      const mounted = log.says(rootMark);
      const began = guests.start();
      const readyAt = await guests.ready(patience, wish);
      const rootAt = await patiently(mounted, 'the root', patience, wish);
      say(`start ${round}: bare, root ${ms(rootAt - began)}, ready ${ms(readyAt - began)}`);
      if (round > 0) {
        root.other.push(rootAt - began);
        ready.other.push(readyAt - began);
      }
      await guests.stop(wish);
    } finally {
      log.close();
      guests.close();
    }
  };

  await inTurns({ warmUp: true, count: quick ? 3 : 10 }, [byUmlnfs, byShell], wish);
  return { root, ready, untilProcess };
}

/** The comparison is none if the daemon starts something else. */
async function checkSame(pid: number, expected: Command): Promise<void> {
  const running = await commandOf(pid);
  if (running?.argv.join(' ') === expected.argv.join(' ')) return;
  throw new UserError(
    'compare with the bare command line',
    `umlnfs started ${running?.argv.join(' ') ?? 'nothing'}, not ${expected.argv.join(' ')}`,
  );
}
