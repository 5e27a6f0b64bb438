import { link, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jailed } from '../../../src/adapters/long-work/jail.ts';
import { RootStore } from '../../support/root-store.ts';

let store: RootStore;
let base: string;
let outside: string;
/** What the tarball is made of. */
let tree: string;

beforeEach(async () => {
  store = await RootStore.make();
  base = store.directory;
  outside = join(base, 'outside');
  tree = join(base, 'tree');
  for (const path of [outside, tree]) await mkdir(path);
  await writeFile(join(outside, 'precious'), 'kept');
  await mkdir(join(tree, 'etc'));
  await writeFile(join(tree, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
});

afterEach(async () => {
  // Nothing outside of a root was touched, whatever it was.
  expect(await readdir(outside)).toEqual(['precious']);
  expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('kept');
  await store.dispose();
});

const tarball = () => join(base, 'hostile.tar');
const inRoot = (path = '') => join(base, 'export/web1', path);
const rootfs = (verb: string, ...args: string[]) => store.rootfs(verb, ...args);
const create = (...args: string[]) =>
  rootfs('create', `--from-tarball=${tarball()}`, ...(args.length === 0 ? ['--plain'] : args), 'web1');
const pack = (...args: string[]) => execa('tar', ['--absolute-names', '-C', tree, '-cf', tarball(), ...args]);
const append = (...args: string[]) =>
  execa('tar', ['--absolute-names', '-C', tree, '-rf', tarball(), ...args]);

test('absolute names stay in the root', async () => {
  await writeFile(join(tree, 'precious'), 'overwritten');
  await pack('etc');
  await append(`--transform=s,^precious,${outside}/precious,`, 'precious');
  expect(await create()).toMatchObject({ code: 0 });
  expect(await readFile(inRoot(`${outside}/precious`), 'utf8')).toBe('overwritten');
});

test('names with .. are refused, and nothing is left', async () => {
  await writeFile(join(tree, 'precious'), 'overwritten');
  await pack('etc');
  await append('--transform=s,^precious,../../outside/precious,', 'precious');
  const { code, stderr } = await create();
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot create root web1: tar fails:\n[\s\S]*\.\./);
  expect(await readdir(join(base, 'export'))).toEqual([]);
});

test.each(['absolute', 'relative'])('a file behind an %s link that leads out goes nowhere', async (kind) => {
  await symlink(kind === 'absolute' ? outside : '../../outside', join(tree, 'link'));
  await writeFile(join(tree, 'precious'), 'overwritten');
  await pack('etc', 'link');
  await append('--transform=s,^precious,link/precious,', 'precious');
  await create();
});

test('a hard link to a file outside is none', async () => {
  await writeFile(join(tree, 'first'), 'x');
  await link(join(tree, 'first'), join(tree, 'second'));
  await pack('etc');
  await append(`--transform=flags=h;s,^first,${outside}/precious,`, 'first', 'second');
  await writeFile(join(tree, 'second.new'), 'overwritten');
  const { code } = await create();
  expect(code).toBe(1);
  expect(await readdir(join(base, 'export'))).toEqual([]);
});

test('device nodes are unpacked, and written to by nobody', async () => {
  // A node of the file system that is being written to would be the worst of all; this one has no driver.
  await execa('mknod', [join(tree, 'node'), 'b', '240', '7']);
  await pack('etc', 'node');
  await rm(join(tree, 'node'));
  await writeFile(join(tree, 'node'), 'data');
  await append('node');
  expect(await create()).toMatchObject({ code: 0 });
  expect(await readFile(inRoot('node'), 'utf8')).toBe('data');
});

test("a root whose /etc is a link to the host's", async () => {
  await rm(join(tree, 'etc'), { recursive: true });
  await symlink('/etc', join(tree, 'etc'));
  await mkdir(join(tree, 'usr'));
  await pack('etc', 'usr');
  const before = await Promise.all(
    ['/etc/hostname', '/etc/machine-id'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const made = await create();
  const after = await Promise.all(
    ['/etc/hostname', '/etc/machine-id'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  expect(after).toEqual(before);
  // It leads to itself inside of the root, and is refused or left as it is: never followed to the host's.
  if (made.code === 0) expect(await readlink(inRoot('etc'))).toBe('/etc');
  else expect(await readdir(join(base, 'export'))).toEqual([]);
});

test('an error in tailoring names the root, and no directory that is gone', async () => {
  await mkdir(join(tree, 'etc/hosts'));
  await pack('etc');
  const { code, stderr } = await create();
  expect(code).toBe(1);
  expect(stderr).toContain('cannot create root web1: cannot read etc/hosts in it: it is no regular file\n');
  expect(stderr).not.toContain('umlnfs-work');
  expect(await readdir(join(base, 'export'))).toEqual([]);
});

test('what is no tarball, and what is no root, is refused', async () => {
  await writeFile(tarball(), 'nonsense'.repeat(1000));
  expect((await create()).stderr).toContain('tar fails');
  await writeFile(join(tree, 'readme'), '');
  await pack('readme');
  expect((await create()).stderr).toContain('the tarball holds no root');
  await rm(tarball());
  expect((await create()).stderr).toContain('no such file');
  expect(await readdir(join(base, 'export'))).toEqual([]);
});

test.each([['--size=16M'], ['--plain']])('a full disk with %s leaves nothing', async (ground) => {
  await execa('dd', ['if=/dev/urandom', `of=${join(tree, 'large')}`, 'bs=1M', 'count=20']);
  await pack('etc', 'large');
  if (ground === '--plain')
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'umlnfs-test', join(base, 'export')]);
  const { code, stderr } = await create(ground);
  const left = await readdir(join(base, 'export'));
  if (ground === '--plain') await execa('umount', [join(base, 'export')]);
  expect(code).toBe(1);
  expect(stderr).toContain('No space left on device');
  expect(left).toEqual([]);
  expect(await readdir(join(base, 'state/images')).catch(() => [])).toEqual([]);
  expect((await execa('losetup', ['--all'])).stdout).not.toContain(base);
});

test('a copy is a machine of its own', async () => {
  await mkdir(join(tree, 'etc/ssh'));
  await mkdir(join(tree, 'lib/systemd'), { recursive: true });
  await writeFile(join(tree, 'lib/systemd/systemd'), '');
  await writeFile(join(tree, 'etc/machine-id'), `${'a'.repeat(32)}\n`);
  await writeFile(join(tree, 'etc/hostname'), 'template\n');
  for (const type of ['ed25519', 'dsa'])
    await writeFile(join(tree, `etc/ssh/ssh_host_${type}_key`), 'SECRET');
  await writeFile(join(tree, 'etc/ssh/ssh_host_ed25519_key.pub'), 'PUBLIC');
  await writeFile(join(tree, 'etc/ssh/sshd_config'), 'Port 22\n');
  await pack('etc', 'lib');
  expect(await create()).toMatchObject({ code: 0 });
  const cloned = await rootfs('clone', '--method=copy', 'web1', 'web2');
  expect(cloned.code).toBe(0);
  const read = (name: string, path: string) => readFile(join(base, 'export', name, path), 'utf8');
  const ids = await Promise.all(['web1', 'web2'].map((name) => read(name, 'etc/machine-id')));
  expect(new Set([...ids, `${'a'.repeat(32)}\n`]).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}\n$/);
  expect(await read('web2', 'etc/hostname')).toBe('web2\n');
  const keys = await Promise.all(['web1', 'web2'].map((name) => read(name, 'etc/ssh/ssh_host_ed25519_key')));
  expect(new Set([...keys, 'SECRET']).size).toBe(3);
  expect((await stat(inRoot('etc/ssh/ssh_host_ed25519_key'))).mode & 0o777).toBe(0o600);
  expect((await readdir(inRoot('etc/ssh'))).sort()).toEqual([
    'ssh_host_ed25519_key',
    'ssh_host_ed25519_key.pub',
    'sshd_config',
  ]);
});

test('whoever breaks out of tar has nothing of the host', async () => {
  const target = join(base, 'target');
  await mkdir(target);
  await mkdir(join(base, 'jail'));
  await symlink(outside, join(target, 'out'));
  await symlink('/usr/bin', join(target, 'programs'));
  await symlink('../..', join(target, 'up'));
  const script = `echo x > /target/out/precious; echo x > /target/programs/umlnfs-was-here; echo x > /target/up/x
    rm -rf ${outside} ; cat ${outside}/precious /etc/shadow /proc/1/environ; mknod /target/n c 1 3; echo x > /target/n
    mount -o remount,rw /usr; umount /usr; echo x > /usr/umlnfs-was-here; ls /old; :`;
  const [program = '', ...args] = jailed(
    join(base, 'jail'),
    [{ from: target, to: 'target', writable: true }],
    ['sh', '-c', script],
  );
  const { stdout } = await execa(program, args, { reject: false });
  expect(stdout).toBe('');
  expect(await readdir('/usr/bin')).not.toContain('umlnfs-was-here');
  expect(await readdir('/usr')).not.toContain('umlnfs-was-here');
  expect((await readdir(target)).sort()).toEqual(['n', 'out', 'programs', 'up']);
  expect(await readdir(join(base, 'jail'))).toEqual([]);
});
