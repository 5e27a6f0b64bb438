import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readExportDirectory } from '../../../../src/adapters/doctor/export-directory.ts';
import { readRootPlaces } from '../../../../src/adapters/doctor/export-safety.ts';
import { readForwarding } from '../../../../src/adapters/doctor/forwarding.ts';
import { readMemory } from '../../../../src/adapters/doctor/memory.ts';
import { findMount } from '../../../../src/adapters/doctor/mount.ts';
import { readKernelServer, readNfsServer } from '../../../../src/adapters/doctor/nfs-server.ts';
import { readTools } from '../../../../src/adapters/doctor/tools.ts';
import { readTun } from '../../../../src/adapters/doctor/tun.ts';

let base: string;
let mounts: string[] = [];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-doctor-'));
  await chmod(base, 0o755);
});

afterEach(async () => {
  for (const mount of mounts.reverse()) await execa('umount', [mount]);
  mounts = [];
  await rm(base, { recursive: true, force: true });
});

async function mount(type: string, name: string, options: string): Promise<string> {
  const directory = join(base, name);
  await mkdir(directory);
  await execa('mount', ['-t', type, '-o', options, 'umlnfs-test', directory]);
  mounts.push(directory);
  return directory;
}

test('/dev/net/tun as it is', async () => {
  // The tests run on one of their own.
  expect(await readTun()).toEqual({ kind: 'tun', mode: 0o666, refusal: undefined });
  const made = join(base, 'tun');
  expect(await readTun(made)).toMatchObject({ kind: 'missing' });
  await execa('mknod', ['-m', '600', made, 'c', '10', '200']);
  expect(await readTun(made)).toMatchObject({ kind: 'tun', mode: 0o600 });
  expect(await readTun('/dev/null')).toMatchObject({ kind: 'other' });
  await writeFile(join(base, 'file'), '');
  expect(await readTun(join(base, 'file'))).toMatchObject({ kind: 'other' });
});

test('what a file system can do is tried, and nothing is left of that', async () => {
  const seen = await readExportDirectory(base);
  expect(seen).toMatchObject({
    kind: 'directory',
    tried: base,
    writable: { kind: 'works' },
    attributes: { kind: 'works' },
    acl: { kind: 'works' },
  });
  expect(await readdir(base)).toEqual([]);
});

test('one without attributes and ACLs is told by the kernel', async () => {
  const ramfs = await mount('ramfs', 'ramfs', 'mode=755');
  expect(await readExportDirectory(ramfs)).toMatchObject({
    fileSystem: 'ramfs',
    attributes: { kind: 'fails', why: 'Operation not supported' },
    acl: { kind: 'fails', why: 'Operation not supported' },
  });
});

test('one that cannot be written to, and one that is not there', async () => {
  const readOnly = await mount('tmpfs', 'ro', 'ro,mode=755');
  expect(await readExportDirectory(readOnly)).toMatchObject({
    fileSystem: 'tmpfs',
    writable: { kind: 'fails', why: expect.stringContaining('EROFS') },
    attributes: { kind: 'untried' },
  });
  expect(await readExportDirectory(join(base, 'no/such'))).toMatchObject({ kind: 'missing', tried: base });
  await writeFile(join(base, 'file'), '');
  expect(await readExportDirectory(join(base, 'file'))).toMatchObject({ kind: 'other' });
});

test('who gets into a directory of roots, by every directory on the way and by links', async () => {
  const open = join(base, 'open');
  await mkdir(open);
  await mkdir(join(base, 'closed/in'), { recursive: true });
  await chmod(join(base, 'closed'), 0o700);
  await symlink('closed/in', join(base, 'link'));
  const guarded = await mount('tmpfs', 'guarded', 'nosuid,nodev,mode=755');
  const paths = [
    open,
    join(base, 'closed/in'),
    join(base, 'link'),
    guarded,
    join(base, 'none'),
    join(open, 'web1'),
  ];
  const places = await readRootPlaces(paths);
  expect(places.map(({ path, reachable }) => [path.slice(base.length), reachable])).toEqual([
    ['/open', true],
    ['/closed/in', false],
    ['/link', false],
    ['/guarded', true],
  ]);
  expect(places[3]?.options).toEqual(expect.arrayContaining(['nosuid', 'nodev']));
});

test('the mount that is seen at a path', () => {
  const line = (point: string, type: string, options = 'rw') =>
    `1 1 0:1 / ${point} ${options} shared:1 - ${type} none rw,size=1k\n`;
  const text =
    line('/', 'ext4') +
    line('/a', 'xfs', 'rw,nodev') +
    line('/a', 'tmpfs') +
    line('/with\\040space', 'ramfs');
  expect(findMount(text, '/b')?.type).toBe('ext4');
  expect(findMount(text, '/ab')?.type).toBe('ext4');
  expect(findMount(text, '/a/b')).toEqual({ type: 'tmpfs', options: ['rw', 'rw', 'size=1k'] });
  expect(findMount(text, '/with space')?.type).toBe('ramfs');
  expect(findMount('', '/')).toBeUndefined();
});

test('where the memory of guests lies', async () => {
  const place = await mount('tmpfs', 'shm', 'noexec,size=8M');
  expect(await readMemory([1, 2], [place])).toMatchObject({
    directory: place,
    tmpfs: true,
    size: 8 * 1024 * 1024,
    noexec: true,
    guests: [1, 2],
  });
});

test('IP forwarding of this network', async () => {
  await execa('sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
  expect(await readForwarding()).toBe(true);
  await execa('sysctl', ['-qw', 'net.ipv4.ip_forward=0']);
  expect(await readForwarding()).toBe(false);
  expect(await readForwarding(base)).toBeUndefined();
});

test('tools and their versions', async () => {
  const found = new Map((await readTools()).map((tool) => [tool.program, tool]));
  expect(found.get('setpriv')?.path).toMatch(/^\/.*\/setpriv$/);
  expect(found.get('setpriv')?.version).toMatch(/util-linux \d/);
  expect(found.get('busybox')?.path).toMatch(/busybox$/);
});

test("a kernel's configuration is found wherever it is", async () => {
  const [proc, boot, sys] = ['proc', 'boot', 'sys'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(proc, 'fs/nfsd'), { recursive: true });
  await mkdir(boot);
  await mkdir(join(sys, 'module/nfsd/parameters'), { recursive: true });
  expect(await readKernelServer(proc, boot, sys)).toMatchObject({
    versions: undefined,
    numericOwners: undefined,
  });
  const { stdout: release } = await execa('uname', ['-r']);
  await writeFile(join(boot, `config-${release}`), 'CONFIG_NFSD=m\n');
  await writeFile(join(sys, 'module/nfsd/parameters/nfs4_disable_idmapping'), 'N\n');
  const modular = await readKernelServer(proc, boot, sys);
  expect(modular.config?.file).toBe(join(boot, `config-${release}`));
  expect(modular.numericOwners).toBe(false);
  await writeFile(join(proc, 'config.gz'), gzipSync('CONFIG_NFSD=y\nCONFIG_NFSD_V4=y\n'));
  await writeFile(join(proc, 'filesystems'), 'nodev\tnfsd\n');
  await writeFile(join(proc, 'fs/nfsd/versions'), '+3 +4 -4.0\n');
  const builtIn = await readKernelServer(proc, boot, sys);
  expect(builtIn).toMatchObject({ release, nfsd: true, versions: '+3 +4 -4.0' });
  expect(builtIn.config?.options.get('CONFIG_NFSD')).toBe('y');
});

test('NFS-Ganesha and what it brings', async () => {
  expect((await readNfsServer('ganesha')).ganesha).toEqual({
    version: expect.stringMatching(/^\d+\.\d/),
    vfs: true,
    running: undefined,
  });
});
