/** Roots with file systems of their own that are made from one base before their guests start. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copying } from '../../support/copying.ts';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;

const mounts = async () =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(daemon.directory));
const mountOf = async (name: string) =>
  (await mounts()).filter((line) => line.split(' ')[4] === daemon.root(name)).join('\n');

beforeAll(async () => {
  daemon = await TestDaemon.make();
  const tree = join(daemon.directory, 'tree');
  await makeTinyRoot(tree);
  await execa('tar', ['-C', tree, '-cf', `${tree}.tar`, '.']);
  const created = await daemon.rootfs('create', '--size=1100M', `--from-tarball=${tree}.tar`, 'base');
  expect(created).toMatchObject({ exitCode: 0 });
  await daemon.define(
    'lab@',
    '[Template]\nInstances=1-3\nFirstAddress=192.168.2.101\n[Guest]\nMemory=64M\nAutostart=no\n[Root]\nClone=base\n',
  );
  await daemon.start();
});

afterAll(async () => {
  await daemon.kill('SIGTERM').catch(() => {});
  for (const name of ['base', 'lab-1', 'lab-2', 'lab-3'])
    await execa('umount', ['--lazy', daemon.root(name)], { reject: false });
  await daemon.dispose();
});

test('each has one as large as the base has, and guests cannot fill the disk of others', async () => {
  const { exitCode, stderr } = await daemon.cli('start', 'lab:1', 'lab:2');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const base = await statfs(daemon.root('base'));
  for (const name of ['lab-1', 'lab-2']) {
    expect(await mountOf(name)).toMatch(/nosuid,nodev.* - ext4 /);
    const { blocks, type } = await statfs(daemon.root(name));
    expect({ blocks, type }).toEqual({ blocks: base.blocks, type: base.type });
    expect(await daemon.inside(name, 'echo mine > /proof; cat /proof')).toBe('mine\n');
    expect(await readFile(join(daemon.root(name), 'proof'), 'utf8')).toBe('mine\n');
  }
});

test('one that is made anew has such a root again', async () => {
  const { exitCode, stderr } = await daemon.cli(
    ...['rootfs', 'reset', `--config-dir=${daemon.paths.config}`, '--yes', 'lab:1'],
  );
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  await daemon.until('lab:1', { state: 'running' });
  expect(await mountOf('lab-1')).toMatch(/ - ext4 /);
  expect(await daemon.inside('lab-1', 'cat /proof || echo new')).toContain('new');
});

test('a daemon that ends in the middle of it leaves nothing half-made, and nothing mounted', async () => {
  const large = join(daemon.root('base'), 'large');
  execFileSync('dd', ['if=/dev/zero', `of=${large}`, 'bs=1M', 'count=800', 'status=none']);
  const before = (await mounts()).length;
  await daemon.cli('start', '--no-wait', 'lab:3');
  process.kill(await until('the clone to begin', copying), 'SIGSTOP');
  expect((await daemon.status('lab:3')).state).not.toBe('running');
  await daemon.kill('SIGTERM');
  expect((await mounts()).length).toBe(before);
  expect((await readdir(join(daemon.directory, 'export'))).sort()).toEqual(['base', 'lab-1', 'lab-2']);
  const images = await readdir(join(daemon.directory, 'state/images'));
  expect(images.filter((name) => /^(lab-3|\.)/.test(name))).toEqual([]);
});
