import { mkdir, readdir, readFile, rename, rmdir, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cloneRoot } from '../../../src/adapters/rootfs/clone/clone.ts';
import { RootStore } from '../../support/root-store.ts';

let store: RootStore;
let base: string;

beforeEach(async () => {
  store = await RootStore.make();
  base = store.directory;
});

afterEach(() => store.dispose());

const root = (name: string, path = '') => store.root(name, path);
const rootfs = (verb: string, ...args: string[]) => store.rootfs(verb, ...args);

async function makeBase(megabytes = 1): Promise<void> {
  await mkdir(root('base', 'etc'), { recursive: true });
  await writeFile(root('base', 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
  await execa('dd', ['if=/dev/urandom', `of=${root('base', 'data')}`, 'bs=1M', `count=${megabytes}`]);
}

test('on a file system that can, a clone shares its blocks with the source', async () => {
  const image = join(base, 'xfs');
  await execa('truncate', ['--size=400M', image]);
  await execa('mkfs.xfs', ['-q', image]);
  await execa('mount', ['-o', 'loop', image, join(base, 'export')]);
  await makeBase(100);
  await execa('sync', ['--file-system', base]);
  const before = await statfs(join(base, 'export'));
  const { code, stderr } = await rootfs('clone', 'base', 'web1');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain(`umlnfs: a reflink of ${root('base').replace(/\/$/, '')}: `);
  const after = await statfs(join(base, 'export'));
  expect((before.bfree - after.bfree) * after.bsize).toBeLessThan(20 * 1024 ** 2);
  await writeFile(root('web1', 'data'), 'changed');
  expect((await readFile(root('base', 'data'))).length).toBe(100 * 1024 ** 2);
});

test('where a guest writes to the source, a clone is a copy, and tells why', async () => {
  await makeBase();
  await writeFile(join(base, 'etc/umlnfs.d/base.conf'), '[Guest]\nAddress=192.168.2.2\n');
  const { stderr } = await rootfs('clone', 'base', 'web1');
  expect(stderr).toMatch(/a copy of .*: no reflink, as .*; no overlay, as guest base writes to /);
  expect((await rootfs('list')).stdout).toMatch(/^web1 .* plain /m);
  const forced = await rootfs('clone', '--method=overlay', 'base', 'web2');
  expect(forced.code).toBe(1);
  expect(forced.stderr).toContain('guest base writes to');
});

test('the source of an overlay stays until the overlay has gone', async () => {
  await makeBase();
  expect((await rootfs('clone', '--method=overlay', 'base', 'web1')).code).toBe(0);
  expect((await rootfs('show', 'base')).stdout).toContain(`Cloned by: ${root('web1').replace(/\/$/, '')}`);
  expect((await rootfs('remove', '--yes', 'base')).stderr).toContain('is a clone of it');
  const tailored = await rootfs('tailor', 'base');
  expect(tailored).toMatchObject({ code: 1, stderr: expect.stringContaining('must stay as it is') });
  expect(tailored.stderr).toContain(`umlnfs rootfs tailor ${root('web1').replace(/\/$/, '')}`);
  expect(await readdir(root('base', 'etc'))).toEqual(['passwd']);
  expect((await rootfs('tailor', '--dry-run', 'base')).stdout).toContain('etc/hosts');
  expect((await rootfs('tailor', 'web1')).code).toBe(0);
  // Overlays over overlays have no handles that last.
  const second = await rootfs('clone', 'web1', 'web2');
  expect(second.stderr).toContain('is an overlay itself');
  expect((await rootfs('remove', '--yes', 'web1')).code).toBe(0);
  expect((await rootfs('remove', '--yes', 'base')).code).toBe(0);
  expect(await readdir(join(base, 'state/images'))).toEqual([]);
});

test('what somebody has open cannot be removed, and stays whole', async () => {
  await makeBase();
  expect((await rootfs('clone', '--size=32M', 'base', 'web1')).code).toBe(0);
  const holder = execa('sleep', ['60'], { cwd: root('web1'), reject: false });
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  holder.kill();
  await holder;
  expect(code).toBe(1);
  expect(stderr).toContain('something still uses it');
  expect((await readFile(root('web1', 'data'))).length).toBe(1024 ** 2);
  expect((await rootfs('remove', '--yes', 'web1')).code).toBe(0);
});

const imagesOf = () => readdir(join(base, 'state/images'));

test('a root whose directory is gone is not made anew over its image', async () => {
  await makeBase();
  await execa('tar', ['-C', root('base'), '-cf', join(base, 'base.tar'), '.']);
  const tarball = `--from-tarball=${join(base, 'base.tar')}`;
  expect((await rootfs('create', '--size=32M', tarball, 'web1')).code).toBe(0);
  await writeFile(root('web1', 'precious'), 'kept');
  const before = await imagesOf();
  await execa('umount', [root('web1')]);
  await rmdir(root('web1'));
  const refused = `there is a root web1 in ${base}/state/images/${before[0]} that is not mounted`;
  for (const args of [
    ['create', '--size=32M', tarball, 'web1'],
    ['create', '--plain', tarball, 'web1'],
    ['clone', '--size=32M', 'base', 'web1'],
    ['clone', '--method=copy', 'base', 'web1'],
  ]) {
    const [verb = '', ...operands] = args;
    const { code, stderr } = await rootfs(verb, ...operands);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(refused) });
    expect(stderr).toContain('umlnfs rootfs remove web1');
  }
  const work = {
    action: 'clone it',
    signal: new AbortController().signal,
    progress: { phase: () => {}, detail: () => {} },
  };
  const cloned = { from: join(base, 'export/base'), directory: join(base, 'export/web1') };
  await expect(cloneRoot({ ...cloned, images: join(base, 'state/images') }, work)).rejects.toThrow(refused);
  expect(await imagesOf()).toEqual(before);
  expect(await readdir(join(base, 'export'))).toEqual(['base']);
  // It is brought back as it was, and can be removed without that.
  await mkdir(root('web1'));
  await execa('mount', ['-o', 'loop', join(base, 'state/images', before[0] ?? '', 'image'), root('web1')]);
  expect(await readFile(root('web1', 'precious'), 'utf8')).toBe('kept');
  await execa('umount', [root('web1')]);
  await rmdir(root('web1'));
  expect((await rootfs('remove', '--yes', 'web1')).code).toBe(0);
  expect(await imagesOf()).toEqual([]);
});

test('roots behind a link are unmounted before their images go', async () => {
  await rename(join(base, 'export'), join(base, 'real'));
  await symlink(join(base, 'real'), join(base, 'export'));
  await makeBase();
  const mounts = async () => (await readFile('/proc/self/mountinfo', 'utf8')).includes(`${base}/real/`);
  for (const args of [
    ['--size=32M', 'base', 'web1'],
    ['--method=overlay', 'base', 'web1'],
  ]) {
    const made = await rootfs('clone', ...args);
    expect({ code: made.code }, made.stderr).toEqual({ code: 0 });
    expect(await mounts()).toBe(true);
    const { code, stderr } = await rootfs('remove', '--yes', 'web1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'umlnfs: root web1 is removed\n' });
    expect(await mounts()).toBe(false);
    expect(await imagesOf()).toEqual([]);
  }
});

test('a root that is mounted elsewhere too stays', async () => {
  await makeBase();
  expect((await rootfs('clone', '--size=32M', 'base', 'web1')).code).toBe(0);
  await mkdir(join(base, 'elsewhere'));
  await execa('mount', ['--bind', root('web1'), join(base, 'elsewhere')]);
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  expect(code).toBe(1);
  expect(stderr).toContain(`something is mounted at ${base}/elsewhere`);
  expect((await readFile(root('web1', 'data'))).length).toBe(1024 ** 2);
});

test('where there are others, a new root gets a file system of its own', async () => {
  await makeBase();
  await execa('tar', ['-C', root('base'), '-cf', join(base, 'base.tar'), '.']);
  const first = await rootfs('create', `--from-tarball=${join(base, 'base.tar')}`, 'web1');
  expect(first.stderr).toContain('there are other roots: it gets a file system of its own, of 4.0G');
  expect((await rootfs('show', '--json', 'web1')).stdout).toContain('"kind": "image"');
  const second = await rootfs('create', '--plain', `--from-tarball=${join(base, 'base.tar')}`, 'web2');
  expect(second.code).toBe(0);
  expect((await rootfs('show', '--json', 'web2')).stdout).toContain('"kind": "plain"');
});

test.each([
  ['--method=nonsense', 'base', 'web1'],
  ['--method=overlay', '--size=1G', 'base', 'web1'],
  ['--size=1G', '--plain', 'base', 'web1'],
  ['--size=1M', 'base', 'web1'],
  ['--size=much', 'base', 'web1'],
  ['base'],
])('%s %s %s is refused', async (...args) => {
  await makeBase();
  expect((await rootfs('clone', ...args)).code).toBe(2);
  expect(await readdir(join(base, 'export'))).toEqual(['base']);
});

test('a clone of nothing, or onto something, is refused', async () => {
  await makeBase();
  expect((await rootfs('clone', 'none', 'web1')).stderr).toContain('cannot clone root none: there is none');
  expect((await rootfs('clone', 'base', 'base')).stderr).toContain('there is something at');
  expect((await rootfs('clone', 'base', '../web1')).stderr).toContain('no name of a guest');
  expect(await readdir(join(base, 'export'))).toEqual(['base']);
});
