#!/usr/bin/env node
/** `npm run bench`: prepares on the host, runs ./within.ts in namespaces of its own, and reports what it measured. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../adapters/rootfs/remove-tree.ts';
import { messageOf, UserError } from '../model/error.ts';
import { ensureRoot } from '../sandbox/kept-root.ts';
import { takeLock } from '../sandbox/lock.ts';
import { runInNamespaces } from '../sandbox/namespace.ts';
import { mustBeRoot, runOuter } from '../sandbox/outer.ts';
import { say } from '../sandbox/say.ts';
import type { Stopping } from '../sandbox/stopping.ts';
import { type BenchOptions, parseBench, usage } from './options.ts';
import { type Places, placesOf } from './places.ts';
import { resultJson } from './report/json.ts';
import { resultSvg } from './report/svg.ts';
import { resultTable } from './report/table.ts';
import type { Results } from './results.ts';

const module = fileURLToPath(new URL('./within.js', import.meta.url));

async function bench(options: BenchOptions, stopping: Stopping): Promise<number> {
  if (options.out !== undefined) await prepareOut(options.out);
  const places = placesOf(options);
  await mkdir(places.keep, { recursive: true, mode: 0o755 });
  const job = { what: 'npm run bench', directory: 'UMLNFS_BENCH_DIR' };
  const lock = await takeLock(places.lock, job, () => say('waiting for the rest of an earlier run to end'));
  try {
    const results = await measure(options, places, lock.fd, stopping);
    if (results === undefined) return stopping.signal.aborted ? 130 : 1;
    process.stdout.write(resultTable(results));
    if (options.out !== undefined) {
      await writeFile(join(options.out, 'bench.json'), resultJson(results, new Date()));
      await writeFile(join(options.out, 'bench.svg'), resultSvg(results));
      say(`bench.json and bench.svg are in ${options.out}`);
    }
    for (const problem of results.problems) say(problem);
    return results.problems.length === 0 ? 0 : 1;
  } finally {
    await lock.release();
  }
}

async function measure(
  options: BenchOptions,
  places: Places,
  lockFd: number,
  stopping: Stopping,
): Promise<Results | undefined> {
  const forget = async () => {
    for (const path of [places.runtime, places.exports]) await removeTree(path);
  };
  await forget();
  if (options.only.includes('tailored')) {
    await ensureRoot({ root: places.debian, exports: dirname(places.debian) }, stopping.signal);
  }
  for (const path of [places.runtime, places.exports]) await mkdir(path, { recursive: true, mode: 0o755 });
  try {
    return await runInNamespaces<Results>({ module, argument: options, lockFd, stopping });
  } finally {
    say('removing the roots');
    await forget();
  }
}

/** Before minutes of measuring, not after. */
async function prepareOut(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory);
  } catch (error) {
    throw new UserError(`write into ${directory}`, messageOf(error), { cause: error });
  }
}

runOuter(usage, async (stopping) => {
  const options = parseBench(process.argv.slice(2), process.env.UMLNFS_BENCH_DIR);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  mustBeRoot('measure');
  return await bench(options, stopping);
});
