import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateDirectory } from '../../../../src/adapters/state/private-directory.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-private-'));
});
afterEach(() => rm(directory, { recursive: true }));

const modeOf = async (path: string) => (await stat(join(directory, path))).mode & 0o777;

test('it is for root alone, and what leads to it lets others through', async () => {
  await makePrivateDirectory(join(directory, 'umlnfs/images'));
  await makePrivateDirectory(join(directory, 'umlnfs/images'));
  expect(await modeOf('umlnfs/images')).toBe(0o700);
  expect(await modeOf('umlnfs')).toBe(0o711);
});
