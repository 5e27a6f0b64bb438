/** Roots that are made from one base before their guests start. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copying } from '../../support/copying.ts';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;
const guests = ['lab:1', 'lab:2', 'lab:3', 'lab:4'];
const template = (more: string) =>
  `[Template]\nInstances=1-4\nFirstAddress=192.168.2.101\n[Guest]\nMemory=64M\nAutostart=no\n[Root]\n${more}`;
const inRoot = (seat: number, path: string) => readFile(join(daemon.root(`lab-${seat}`), path), 'utf8');

beforeAll(async () => {
  daemon = await TestDaemon.make();
  const base = daemon.root('base');
  await makeTinyRoot(base);
  await mkdir(join(base, 'etc/ssh'), { recursive: true });
  await writeFile(join(base, 'etc/machine-id'), `${'0123456789abcdef'.repeat(2)}\n`);
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-f',
    join(base, 'etc/ssh/ssh_host_ed25519_key'),
  ]);
  await writeFile(join(base, 'bin/own'), '');
  await chmod(join(base, 'bin/own'), 0o4755);
  execFileSync('mknod', [join(base, 'dev/null'), 'c', '1', '3']);
  await daemon.define('lab@', template('Clone=base'));
  await daemon.addGuest('web1', '192.168.2.2');
  await daemon.start();
});

afterAll(() => daemon.dispose());

test('one command makes the roots and starts the class', async () => {
  expect(await readdir(join(daemon.directory, 'export'))).not.toContain('lab-1');
  const { exitCode, stderr } = await daemon.cli('start', 'lab@');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  for (const name of guests) expect((await daemon.status(name)).state).toBe('running');
  expect(await daemon.inside('lab-2', 'cat /proc/sys/kernel/hostname')).toBe('lab-2\n');
  expect((await readdir(join(daemon.directory, 'export'))).sort()).toEqual(
    ['base', 'lab-1', 'lab-2', 'lab-3', 'lab-4', 'web1'].sort(),
  );
});

test('each is a machine of its own, and otherwise like the base', async () => {
  const ids = await Promise.all([1, 2, 3, 4].map((seat) => inRoot(seat, 'etc/machine-id')));
  expect(new Set([...ids, `${'0123456789abcdef'.repeat(2)}\n`]).size).toBe(5);
  const keys = await Promise.all(
    [1, 2, 3, 4].map((seat) => inRoot(seat, 'etc/ssh/ssh_host_ed25519_key.pub')),
  );
  const base = await readFile(join(daemon.root('base'), 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
  expect(new Set([...keys, base]).size).toBe(5);
  const privateKey = join(daemon.root('lab-1'), 'etc/ssh/ssh_host_ed25519_key');
  expect((await stat(privateKey)).mode & 0o777).toBe(0o600);
  expect(execFileSync('ssh-keygen', ['-y', '-f', privateKey], { encoding: 'utf8' }).split(' ')[1]).toBe(
    keys[0]?.split(' ')[1],
  );
  expect((await stat(join(daemon.root('lab-1'), 'bin/own'))).mode & 0o7777).toBe(0o4755);
  expect((await stat(join(daemon.root('lab-1'), 'dev/null'))).isCharacterDevice()).toBe(true);
});

test('what a guest has changed stays over its next start', async () => {
  await daemon.inside('lab-1', 'echo mine > /mine');
  expect((await daemon.cli('restart', 'lab:1')).exitCode).toBe(0);
  expect(await inRoot(1, 'mine')).toBe('mine\n');
});

test('a root that was removed is made anew with the next start', async () => {
  expect((await daemon.cli('stop', 'lab:1')).exitCode).toBe(0);
  await rm(daemon.root('lab-1'), { recursive: true });
  expect((await daemon.cli('start', 'lab:1')).exitCode).toBe(0);
  await expect(inRoot(1, 'mine')).rejects.toThrow();
});

test('a class gets new roots by one command, and what ran runs again', async () => {
  const reset = (...args: string[]) =>
    daemon.cli('rootfs', 'reset', `--config-dir=${join(daemon.directory, 'etc')}`, ...args);
  expect((await daemon.cli('stop', 'lab:4')).exitCode).toBe(0);
  for (const seat of [1, 2, 3, 4]) await writeFile(join(daemon.root(`lab-${seat}`), 'mine'), '');
  const asked = await reset('lab@');
  expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
  const { exitCode, stderr } = await reset('--yes', 'lab:[234]');
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('3 of 3 roots are new'),
  });
  for (const seat of [2, 3]) {
    expect((await daemon.status(`lab:${seat}`)).state).toBe('running');
    await expect(inRoot(seat, 'mine')).rejects.toThrow();
  }
  expect(await inRoot(1, 'mine')).toBe('');
  expect((await daemon.status('lab:4')).state).toBe('stopped');
  expect((await daemon.cli('start', 'lab:4')).exitCode).toBe(0);
  await expect(inRoot(4, 'mine')).rejects.toThrow();
  const refused = await reset('--yes', 'web1');
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('write Clone= in [Root]') });
  expect((await daemon.status('web1')).state).toBe('running');
});

test('without its base the guest says so, others go on, and the start is as it should be once there is one', async () => {
  await daemon.cli('stop', 'lab:1', 'lab:2');
  await rm(daemon.root('lab-1'), { recursive: true });
  await rm(daemon.root('lab-2'), { recursive: true });
  await rename(daemon.root('base'), daemon.root('elsewhere'));
  const { exitCode, stderr } = await daemon.cli('start', 'lab:1');
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`there is no root ${daemon.root('base')}`);
  expect((await daemon.status('web1')).state).toBe('running');
  expect(await readdir(join(daemon.directory, 'export'))).not.toContain('lab-1');
  await rename(daemon.root('elsewhere'), daemon.root('base'));
  expect((await daemon.cli('start', 'lab:1', 'lab:2')).exitCode).toBe(0);
});

test('a base that a guest writes to is not cloned', async () => {
  await daemon.define('base', '[Guest]\nAddress=192.168.2.3\nMemory=64M\n');
  await daemon.until('base', { state: 'running' });
  await daemon.cli('stop', 'lab:4');
  await rm(daemon.root('lab-4'), { recursive: true });
  const { exitCode, stderr } = await daemon.cli('start', 'lab:4');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('guest base runs from');
});

test('a daemon that ends in the middle of it leaves nothing half-made', async () => {
  await rm(daemon.definition('base'));
  await until(
    'the guest to be gone',
    async () => (await daemon.cli('status', 'base')).exitCode === 4,
    30_000,
  );
  execFileSync('dd', [
    'if=/dev/zero',
    `of=${join(daemon.root('base'), 'large')}`,
    'bs=1M',
    'count=800',
    'status=none',
  ]);
  await daemon.cli('start', '--no-wait', 'lab:4');
  // However fast this machine copies, the end comes in the middle of it.
  process.kill(await until('the clone to begin', copying), 'SIGSTOP');
  expect((await readdir(join(daemon.directory, 'export'))).join()).toContain('.umlnfs-work');
  expect((await daemon.status('lab:4')).detail).toMatch(/^its root is cloned from |^waiting/);
  await daemon.kill('SIGTERM');
  const names = await readdir(join(daemon.directory, 'export'));
  expect(names.filter((name) => name === 'lab-4' || name.startsWith('.'))).toEqual([]);
});
