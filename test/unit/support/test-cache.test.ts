import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'umlnfs-cache-'));
  vi.stubEnv('UMLNFS_TEST_CACHE', cache);
  vi.resetModules();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const load = () => import('../../support/test-cache.ts');

async function make(directory: string): Promise<void> {
  await mkdir(directory);
  await writeFile(join(directory, 'file'), '');
}

// Locks belong to open files: calls are as far apart here as processes are.
it('makes a tree once for all that ask at the same time', async () => {
  const { cached } = await load();
  let made = 0;
  const counted = (directory: string) => {
    made++;
    return make(directory);
  };
  const trees = await Promise.all(['a', 'a', 'a', 'a'].map((recipe) => cached('tree', recipe, counted)));
  expect(new Set(trees).size).toBe(1);
  expect(existsSync(join(trees[0] as string, 'file'))).toBe(true);
  expect(made).toBe(1);
});

it('leaves a tree that is in use, and removes what nobody uses', async () => {
  const { cached } = await load();
  const others = [
    'tree-0123456789abcdef',
    'tree-0123456789abcdee.new',
    'tree-house-0123456789abcdef',
    'run-1-x',
  ];
  for (const name of others) await make(join(cache, name));
  const used = await cached('tree', 'a', make);
  await cached('tree', 'b', make);
  expect(existsSync(join(used, 'file'))).toBe(true);
  expect(others.map((name) => existsSync(join(cache, name)))).toEqual([false, false, true, true]);
});

it('tries again after it could not be made', async () => {
  const { cached } = await load();
  const failing = async (directory: string) => {
    await make(directory);
    throw new Error('no network');
  };
  await expect(cached('tree', 'a', failing)).rejects.toThrow('no network');
  expect(existsSync(join(await cached('tree', 'a', make), 'file'))).toBe(true);
});
