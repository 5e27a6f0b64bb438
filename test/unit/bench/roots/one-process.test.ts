import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDiskRoots, makeIdleRoots, ratesOf } from '../../../../src/bench/roots/one-process.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-bench-'));
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('roots of one process', () => {
  it('share one busybox, and each has an init that the shell accepts', async () => {
    const roots = ['a', 'b'].map((name) => join(base, name));
    await makeIdleRoots(roots);
    const inodes = await Promise.all(roots.map((root) => stat(join(root, 'bin/busybox'))));
    expect(new Set(inodes.map(({ ino }) => ino)).size).toBe(1);
    await makeDiskRoots(roots, 2);
    for (const root of roots) {
      const init = join(root, 'sbin/init');
      expect((await stat(init)).mode & 0o777).toBe(0o755);
      expect(spawnSync('sh', ['-n', init]).status).toBe(0);
    }
  });

  it('count time in centiseconds, also in the first second', async () => {
    const root = join(base, 'a');
    await makeDiskRoots([root], 1);
    const init = await readFile(join(root, 'sbin/init'), 'utf8');
    const sum = /took (\$\(\(.*\)\)) cs/.exec(init)?.[1] ?? '';
    const took = (from: string, to: string) =>
      spawnSync('sh', ['-c', `from=${from} to=${to}; echo "${sum}"`], { encoding: 'utf8' }).stdout.trim();
    expect(took('0.08', '0.95')).toBe('87');
    expect(took('9.99', '10.09')).toBe('10');
  });
});

describe('ratesOf', () => {
  it('reads the lines of one kind, wherever they are in the log', () => {
    const log =
      'boot\nbench: write took 200 cs\r\nbench: read took 50 cs\nnoise\nbench: write took 100 cs\nbench: write took x cs\n';
    expect(ratesOf(log, 'write').map(Math.round)).toEqual([105, 210]);
    expect(ratesOf(log, 'read').map(Math.round)).toEqual([419]);
  });
});
