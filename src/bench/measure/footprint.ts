import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../model/error.ts';
import type { Footprint } from '../results.ts';
import type { Bench } from './bench.ts';

/** The daemon's last work for the start of the guests is not its rest (ms). */
const settling = 5_000;
const ticksPerSecond = 100;

/** The daemon and its reader of notify sockets, at rest for 20 seconds. */
export async function measureFootprint(daemon: number, guests: number, bench: Bench): Promise<Footprint> {
  bench.say(`footprint: the daemon with ${guests} idle guests, for 20 s`);
  await setTimeout(settling, undefined, { signal: bench.wish });
  const pids = [daemon, await readerOf(daemon)];
  const [before, begin] = [await ticksOf(pids), performance.now()];
  await setTimeout(20_000, undefined, { signal: bench.wish });
  const [after, end] = [await ticksOf(pids), performance.now()];
  const seconds = (end - begin) / 1000;
  return {
    guests,
    seconds: Math.round(seconds * 10) / 10,
    rssMiB: await mebibytes(pids, 'Rss'),
    pssMiB: await mebibytes(pids, 'Pss'),
    cpuPercent: ((after - before) / ticksPerSecond / seconds) * 100,
  };
}

async function readerOf(daemon: number): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('notify-reader.js')) continue;
    if (Number((await statOf(Number(name)))[1]) === daemon) return Number(name);
  }
  throw new UserError('measure the daemon', 'its reader of notify sockets is not found');
}

/** User and system time of the processes, in clock ticks. */
async function ticksOf(pids: readonly number[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const fields = await statOf(pid);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks;
}

/** The fields of /proc/PID/stat behind the program's name. */
async function statOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

async function mebibytes(pids: readonly number[], what: 'Rss' | 'Pss'): Promise<number> {
  let kibibytes = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    kibibytes += Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  }
  return kibibytes / 1024;
}
