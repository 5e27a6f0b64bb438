#!/usr/bin/env node
/** `npm start`: prepares on the host, then runs ./within.ts in namespaces of its own, and tidies up after it. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../adapters/rootfs/remove-tree.ts';
import { ensureRoot } from '../sandbox/kept-root.ts';
import { takeLock } from '../sandbox/lock.ts';
import { runInNamespaces } from '../sandbox/namespace.ts';
import { mustBeRoot, runOuter } from '../sandbox/outer.ts';
import { say } from '../sandbox/say.ts';
import type { Stopping } from '../sandbox/stopping.ts';
import { parseStart, type StartOptions, usage } from './options.ts';
import { placesOf } from './places.ts';
import type { StartResult } from './result.ts';

const module = fileURLToPath(new URL('./within.js', import.meta.url));

async function start(options: StartOptions, stopping: Stopping): Promise<number> {
  const places = placesOf(options);
  await mkdir(places.keep, { recursive: true, mode: 0o755 });
  const job = { what: 'npm start', directory: 'UMLNFS_START_DIR' };
  const lock = await takeLock(places.lock, job, () =>
    say('waiting for an earlier start to put its guest away'),
  );
  try {
    await removeTree(places.runtime);
    await ensureRoot(places, stopping.signal);
    await mkdir(places.runtime, { recursive: true, mode: 0o755 });
    try {
      const inner = { module, argument: options, lockFd: lock.fd, stopping };
      const result = await runInNamespaces<StartResult>(inner);
      if (result === undefined) return stopping.signal.aborted ? 130 : 1;
      if (options.once) process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
      await removeTree(places.runtime);
    }
  } finally {
    await lock.release();
  }
  return 0;
}

runOuter(usage, async (stopping) => {
  const options = parseStart(process.argv.slice(2), process.env.UMLNFS_START_DIR);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  mustBeRoot('start');
  return await start(options, stopping);
});
