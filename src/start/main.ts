#!/usr/bin/env node
/** `npm start`: prepares on the host, then runs ./within.ts in namespaces of its own, and tidies up after it. */
import { mkdir } from 'node:fs/promises';
import { messageOf, UserError } from '../model/error.ts';
import { takeLock } from './lock.ts';
import { runWithin } from './namespace.ts';
import { parseStart, type StartOptions, usage } from './options.ts';
import { placesOf } from './places.ts';
import { ensureRoot, removeTree } from './root.ts';
import { outliveTerminal, say, write } from './say.ts';
import { type Stopping, stopOnSignal } from './stopping.ts';

async function start(options: StartOptions, stopping: Stopping): Promise<number> {
  const places = placesOf(options);
  await mkdir(places.keep, { recursive: true, mode: 0o755 });
  const lock = await takeLock(places.lock, () => say('waiting for an earlier start to put its guest away'));
  try {
    await removeTree(places.runtime);
    await ensureRoot(places, stopping.signal);
    await mkdir(places.runtime, { recursive: true, mode: 0o755 });
    try {
      const result = await runWithin(options, lock.fd, stopping);
      if (result === undefined) return 1;
      if (options.once) process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
      await removeTree(places.runtime);
    }
  } finally {
    await lock.release();
  }
  return 0;
}

async function main(): Promise<number> {
  const options = parseStart(process.argv.slice(2), process.env.UMLNFS_START_DIR);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (process.getuid?.() !== 0) {
    throw new UserError('start', 'it makes namespaces, which takes root', {
      hint: 'run it as root, or with sudo',
    });
  }
  const stopping = stopOnSignal();
  try {
    return await start(options, stopping);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    say('stopped before it was ready');
    return 130;
  } finally {
    stopping.close();
  }
}

outliveTerminal();
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 1;
    if (error instanceof UserError) {
      write(`umlnfs: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    } else if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      process.exitCode = 2;
      write(`umlnfs: ${messageOf(error)}\n\n${usage}`);
    } else {
      write(`umlnfs: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
    }
  },
);
