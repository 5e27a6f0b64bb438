import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../model/error.ts';
import { tapName } from '../../model/tap-name.ts';
import type { ReactionSamples } from '../results.ts';
import { makeIdleRoots } from '../roots/one-process.ts';
import { type Bench, ms } from './bench.ts';

const name = 'react';
const patience = 10_000;
/** How often (ms) the host is looked at. */
const look = 1;
/** Between two changes (ms): the daemon is at rest before each. */
const rest = 700;

/** From a definition that appears, or goes, to the tap that does: the first thing to be seen from outside. */
export async function measureReaction(bench: Bench): Promise<ReactionSamples> {
  const { places, umlnfs, quick, wish, say } = bench;
  await makeIdleRoots([join(places.exports, name)]);
  await umlnfs.define(new Map());
  const added: number[] = [];
  const removed: number[] = [];
  for (let round = 1; round <= (quick ? 3 : 10); round += 1) {
    await setTimeout(rest, undefined, { signal: wish });
    const put = await umlnfs.put(name, '[Guest]\nAddress=192.168.2.2\nAutostart=no\n');
    added.push((await tapIs(true, wish)) - put);
    await setTimeout(rest, undefined, { signal: wish });
    const taken = await umlnfs.take(name);
    removed.push((await tapIs(false, wish)) - taken);
    say(
      `reaction ${round}: ${ms(added.at(-1) ?? 0)} after the file came, ${ms(removed.at(-1) ?? 0)} after it went`,
    );
  }
  return { added, removed };
}

async function tapIs(there: boolean, wish: AbortSignal): Promise<number> {
  const path = join('/sys/class/net', tapName(name));
  const deadline = performance.now() + patience;
  while (existsSync(path) !== there) {
    if (performance.now() > deadline) {
      throw new UserError('measure the reaction', `the tap did not ${there ? 'come' : 'go'} within 10 s`);
    }
    await setTimeout(look, undefined, { signal: wish });
  }
  return performance.now();
}
