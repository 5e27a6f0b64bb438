import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseBench } from '../../../src/bench/options.ts';
import { compiledSources } from '../../support/compiled.ts';
import { until } from '../../support/poll.ts';

let sources: string;
let keep: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  sources = await compiledSources();
});

beforeEach(async () => {
  keep = await mkdtemp(join(tmpdir(), 'umlnfs-bench-'));
  // Guests' users read the initramfs in it.
  await chmod(keep, 0o755);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(keep, { recursive: true, force: true });
});

function bench(...args: string[]) {
  const started = spawn('node', [join(sources, 'bench/main.js'), ...args], {
    env: { ...process.env, UMLNFS_BENCH_DIR: keep },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let output = '';
  let errors = '';
  started.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  started.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(started, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child: started, output: () => output, errors: () => errors, ended };
}

/** What a run must not leave: roots, sockets, processes that name its directories. */
async function leftovers(): Promise<string[]> {
  const options = parseBench([], keep);
  if (options === 'help') throw new Error('help');
  const left: string[] = [];
  for (const path of [options.runtime, join(keep, 'export')]) {
    if ((await stat(path).catch(() => undefined)) !== undefined) left.push(path);
  }
  for (const name of await readdir('/proc')) {
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (/^\d+$/.test(name) && command.includes(options.runtime)) left.push(command.replaceAll('\0', ' '));
  }
  return left;
}

describe('npm run bench', () => {
  it('measures both sides, writes what it found, and leaves nothing', async () => {
    const out = join(keep, 'out');
    const run = bench('--quick', '--only', 'start', '--only', 'reaction', '--out', out);
    expect(await run.ended, run.errors()).toBe(0);
    const json = JSON.parse(await readFile(join(out, 'bench.json'), 'utf8'));
    expect(json.problems).toEqual([]);
    for (const name of ['root', 'ready']) {
      expect(json.samples.start[name].umlnfs, name).toHaveLength(3);
      expect(json.samples.start[name].other, name).toHaveLength(3);
    }
    expect(json.ratios.startToReady).toBeCloseTo(
      json.medians.startToReady.umlnfs / json.medians.startToReady.bare,
      2,
    );
    expect(json.ratios.fleet20).toBeNull();
    expect(json.reactionMs).toBeGreaterThan(0);
    expect(run.output()).toMatch(/^startToReady .* bare /m);
    expect(await readFile(join(out, 'bench.svg'), 'utf8')).toMatch(/^<svg /);
    expect(await leftovers()).toEqual([]);
  });

  it('says what it could not measure, and fails then', async () => {
    const run = bench('--quick', '--only', 'reaction', '--kernel', '/bin/true');
    expect(await run.ended).toBe(1);
    expect(run.errors()).toContain('cannot use kernel /bin/true');
    expect(await leftovers()).toEqual([]);
  });

  it('stops in order in the middle of a measurement', async () => {
    const run = bench('--quick', '--only', 'start');
    const begun = until('the first round', () => run.errors().includes('start 0: '), 60_000);
    await Promise.race([
      begun,
      run.ended.then((code) => expect.fail(`it ended with ${code}: ${run.errors()}`)),
    ]);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.output()).toBe('');
    expect(await leftovers()).toEqual([]);
  });
});
