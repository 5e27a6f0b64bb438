import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseStart } from '../../../src/start/options.ts';
import { placesOf } from '../../../src/start/places.ts';
import { compiledSources } from '../../support/compiled.ts';
import { until } from '../../support/poll.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

/** The root is not made by mmdebstrap here, for want of a network: it is there as from an earlier start. */
let sources: string;
let keep: string;
let children: ChildProcess[];

beforeAll(async () => {
  sources = await compiledSources();
});

beforeEach(async () => {
  keep = await mkdtemp(join(tmpdir(), 'umlnfs-start-'));
  // Guests' users read the initramfs in it.
  await chmod(keep, 0o755);
  await makeTinyRoot(join(keep, 'export/uml-client'));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(keep, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  /** Exit status, or the signal's name. */
  readonly ended: Promise<number | string>;
}

function start(...args: string[]): Run {
  const child = spawn('node', [join(sources, 'start/main.js'), ...args], {
    env: { ...process.env, UMLNFS_START_DIR: keep },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, output: () => output, errors: () => errors, ended };
}

function runtime(): string {
  const options = parseStart([], keep);
  if (options === 'help') throw new Error('no help was asked for');
  return placesOf(options).runtime;
}

/** The arguments of what runs for this start, by process. */
async function processes(): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(runtime()) || line.includes(`${keep}/`)) found.set(Number(pid), line.split('\0'));
  }
  return found;
}

async function innerProcess(): Promise<number> {
  for (const [pid, [, script]] of await processes()) if (script?.endsWith('start/within.js')) return pid;
  throw new Error('there is no inner process');
}

async function leftovers(): Promise<string[]> {
  const directories = (await readdir('/run')).map((name) => `/run/${name}`);
  const running = [...(await processes()).values()].map((argv) => argv.join(' '));
  return [...running, ...directories.filter((path) => path === runtime())];
}

const ready = (run: Run) => until('the guest to be ready', () => run.errors().includes('is ready:'), 60_000);

describe('npm start', () => {
  it('--once finds the root on NFS, says so in one line of JSON, and leaves nothing', async () => {
    const run = start('--once');
    expect(await run.ended, run.errors()).toBe(0);
    expect(run.output().trimEnd().split('\n')).toHaveLength(1);
    const result = JSON.parse(run.output());
    expect(Object.keys(result)).toEqual(['guest', 'state', 'readySeconds', 'rootMount', 'stopSeconds']);
    expect(result).toMatchObject({
      guest: 'uml-client',
      state: 'stopped',
      rootMount: `nfs4 192.168.2.1:${keep}/export/uml-client`,
    });
    expect(result.readySeconds).toBeGreaterThan(0);
    expect(result.stopSeconds).toBeGreaterThan(0);
    expect(await leftovers()).toEqual([]);
  });

  it('runs until Ctrl-C, keeps others out, and can be looked into', async () => {
    const run = start();
    await ready(run);
    const other = start('--once');
    expect(await other.ended).toBe(1);
    expect(other.errors()).toContain(`another one runs already (process ${run.child.pid})`);
    const bus = /--bus=(unix:path=\S+)/.exec(run.errors())?.[1] ?? '';
    const asked = spawn('node', [join(sources, 'cli/main.js'), 'status', '--bus', bus, 'uml-client'], {
      stdio: 'ignore',
    });
    expect(await once(asked, 'exit')).toEqual([0, null]);
    run.child.kill('SIGINT');
    expect(await run.ended, run.errors()).toBe(0);
    expect(run.output()).toBe('');
    expect(run.errors()).toContain('uml-client is stopped');
    expect(await leftovers()).toEqual([]);
  });

  it('stops early when it is told to', async () => {
    const run = start();
    await until('the daemon to start', () => run.errors().includes('uml-client is starting'), 60_000);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(130);
    expect(await leftovers()).toEqual([]);
  });

  it('puts the guest away when it is killed, and the next start waits for that', async () => {
    const run = start();
    await ready(run);
    // Held still, so that the next start surely comes before its end.
    const inner = await innerProcess();
    process.kill(inner, 'SIGSTOP');
    run.child.kill('SIGKILL');
    // Not `ended`: the inner process still has the pipes.
    await once(run.child, 'exit');
    const next = start('--once');
    await until(
      'the next start to wait',
      () => next.errors().includes('waiting for an earlier start'),
      30_000,
    );
    process.kill(inner, 'SIGCONT');
    expect(await next.ended, next.errors()).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it("shows the guest's console when it does not boot", async () => {
    for (const program of ['sbin/init', 'bin/sh']) await rm(join(keep, 'export/uml-client', program));
    const run = start('--once');
    expect(await run.ended).toBe(1);
    expect(run.output()).toBe('');
    expect(run.errors()).toContain("the end of uml-client's console");
    expect(run.errors()).toMatch(/umlnfs: cannot boot uml-client: it ended/);
    expect(await leftovers()).toEqual([]);
  });
});
