import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readModule } from '../../../../../src/adapters/uml/initramfs/decompress.ts';

const content = Buffer.from('\u007fELF a module\0with\0zeros'.repeat(1000));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'modules-'));
  await writeFile(join(dir, 'nfs.ko'), content);
  for (const program of ['gzip', 'xz']) await execa(program, ['-k', join(dir, 'nfs.ko')]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each(['', '.gz', '.xz'])('a module packaged as .ko%s is unpacked', async (suffix) => {
  expect((await readModule(join(dir, `nfs.ko${suffix}`))).equals(content)).toBe(true);
});

test('a module that is damaged is named', async () => {
  const path = join(dir, 'broken.ko.xz');
  await writeFile(path, 'no xz');
  await expect(readModule(path)).rejects.toThrow(/^cannot unpack .*broken\.ko\.xz: xz: /);
});
