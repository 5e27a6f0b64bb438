/** A guest whose root is the file system of a disk image. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;
let image: string;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  const staging = join(daemon.directory, 'staging');
  await makeTinyRoot(staging);
  await mkdir(join(daemon.directory, 'disks'));
  image = join(daemon.directory, 'disks/web1.img');
  await execa('mke2fs', ['-q', '-t', 'ext4', '-d', staging, image, '32M']);
  await daemon.start();
});

afterAll(() => daemon.dispose());

test('boots from it, with its address, and without any export', async () => {
  await daemon.define('web1', `[Guest]\nAddress=192.168.2.2\nMemory=64M\n[Root]\nDisk=${image}`);
  const { rootDirectory, rootServer } = await daemon.until('web1', { state: 'running' });
  expect({ rootDirectory, rootServer }).toEqual({ rootDirectory: image, rootServer: '' });
  const console = await readFile(join(daemon.directory, 'log/web1/console.log'), 'utf8');
  expect(console).toMatch(/EXT4-fs \(ubda\): mounted filesystem/);
  expect(daemon.log.some(({ step }) => step === 'export.add' || step === 'root.tailor')).toBe(false);
});

test('is ready when it is mounted, where it says nothing itself', async () => {
  const text = `[Guest]\nAddress=192.168.2.2\nMemory=64M\nReady=mount\nInit=/bin/sh\n[Root]\nDisk=${image}\nReadOnly=yes`;
  await daemon.define('web1', text);
  await daemon.until('web1', { state: 'running' });
});

test('says so where there is no image', async () => {
  await daemon.define('web2', `[Guest]\nAddress=192.168.2.3\n[Root]\nDisk=${image}.not`);
  const { problem } = await daemon.until('web2', { state: 'backoff' });
  expect(problem).toContain(`cannot give guest web2 the disk ${image}.not: there is no such file`);
});
