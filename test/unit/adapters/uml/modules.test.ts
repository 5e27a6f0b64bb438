import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  findModules,
  loadOrder,
  moduleDirectories,
  moduleName,
} from '../../../../src/adapters/uml/modules.ts';

const dep = `kernel/net/sunrpc/sunrpc.ko.xz:
kernel/fs/lockd/lockd.ko.xz: kernel/fs/nfs_common/grace.ko.xz kernel/net/sunrpc/sunrpc.ko.xz
kernel/fs/nfs_common/grace.ko.xz:
kernel/fs/nfs/nfs.ko.xz: kernel/fs/lockd/lockd.ko.xz kernel/fs/nfs_common/grace.ko.xz kernel/net/sunrpc/sunrpc.ko.xz
kernel/fs/nfs/nfsv4.ko.xz: kernel/fs/nfs/nfs.ko.xz kernel/fs/lockd/lockd.ko.xz kernel/fs/nfs_common/grace.ko.xz kernel/net/sunrpc/sunrpc.ko.xz
kernel/fs/xfs/xfs.ko.xz:
`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'modules-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('each module comes after those it needs, and no other is there', () => {
  const names = loadOrder(dep, ['nfsv4']).map(({ file }) => moduleName(file));
  expect(names).toEqual(['sunrpc', 'grace', 'lockd', 'nfs', 'nfsv4']);
});

test('what is shared comes once, and what is not there not at all', () => {
  const order = loadOrder(dep, ['nfsv4', 'nfs', 'nfsv3']);
  expect(order).toHaveLength(5);
  expect(order.at(-1)?.needs[0]).toBe('kernel/fs/nfs/nfs.ko.xz');
});

test('paths that lead out of the directory are left out', () => {
  const order = loadOrder('../nfsv4.ko:\n/etc/nfsv3.ko:\na/nfsv4.ko: ../../x.ko /etc/shadow b.ko\n', [
    'nfsv4',
    'nfsv3',
  ]);
  expect(order.map(({ file }) => file)).toEqual(['b.ko', 'a/nfsv4.ko']);
});

test('a version is no path', () => {
  expect(moduleDirectories('/opt/linux', '../../etc')).toEqual([]);
  expect(moduleDirectories('/opt/linux', '..')).toEqual([]);
  expect(moduleDirectories('/opt/linux', '6.1.0-rc1+uml')).toContain('/opt/modules/6.1.0-rc1+uml');
});

test('modules are found beside the kernel, if all of them are there', async () => {
  const modules = join(dir, 'modules/9.9.9-test');
  await mkdir(join(modules, 'k'), { recursive: true });
  await writeFile(join(modules, 'modules.dep'), 'k/nfsv4.ko: k/nfs.ko\nk/nfs.ko:\n');
  await writeFile(join(modules, 'k/nfsv4.ko'), '');
  const kernel = join(dir, 'linux');
  expect(await findModules(kernel, '9.9.9-test')).toBeUndefined();
  await writeFile(join(modules, 'k/nfs.ko'), '');
  const found = await findModules(kernel, '9.9.9-test');
  expect(found?.directory).toBe(modules);
  expect(found?.modules.map(({ file }) => file)).toEqual(['k/nfs.ko', 'k/nfsv4.ko']);
});
