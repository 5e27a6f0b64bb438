import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const scripts = join(import.meta.dirname, '../../../../../src/adapters/uml/initramfs');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'init-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What /init makes of a kernel command line: its variables, from the script itself in its own shell. */
async function parsed(line: string): Promise<Record<string, string>> {
  const init = await readFile(join(scripts, 'init.sh'), 'utf8');
  const [functions] = init.split('\nmount -t proc');
  if (functions === undefined || functions === init) throw new Error('init.sh does not mount /proc any more');
  const cmdline = join(dir, 'cmdline');
  await writeFile(cmdline, `${line}\n`);
  const names =
    'mode init device method options directory nfs_server client boot_server gateway netmask host dns0 dns1 ntp0 retry_seconds';
  const show = names.split(' ').map((name) => `echo "${name}=$${name}"`);
  const script = [functions.replaceAll('/proc/cmdline', cmdline), 'parse_command_line', ...show].join('\n');
  const { stdout } = await execa('busybox', ['sh', '-c', script]);
  return Object.fromEntries(stdout.split('\n').map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
}

test.each(['init.sh', 'lease.sh'])('%s is read by the shell that runs it', async (name) => {
  await execa('busybox', ['sh', '-n', join(scripts, name)]);
});

test('the parameters of a plain guest', async () => {
  const line =
    'root=/dev/nfs rw nfsroot=192.168.2.1:/export/web1,vers=4.2,proto=tcp ip=192.168.2.2:192.168.2.1:192.168.2.254:255.255.255.0:web1:vec0:off:9.9.9.9:1.1.1.1:192.168.2.3 init=/sbin/x';
  expect(await parsed(line)).toEqual({
    mode: 'rw',
    init: '/sbin/x',
    device: 'vec0',
    method: 'off',
    options: 'vers=4.2,proto=tcp',
    directory: '/export/web1',
    nfs_server: '192.168.2.1',
    client: '192.168.2.2',
    boot_server: '192.168.2.1',
    gateway: '192.168.2.254',
    netmask: '255.255.255.0',
    host: 'web1',
    dns0: '9.9.9.9',
    dns1: '1.1.1.1',
    ntp0: '192.168.2.3',
    retry_seconds: '60',
  });
});

test('fields of ip= may be empty or missing', async () => {
  expect(await parsed('ip=:::::eth0:dhcp')).toMatchObject({
    client: '',
    device: 'eth0',
    method: 'dhcp',
    dns0: '',
  });
  expect(await parsed('ip=10.0.0.2::10.0.0.1:255.0.0.0::vec0:off:::10.0.0.3')).toMatchObject({
    gateway: '10.0.0.1',
    host: '',
    dns0: '',
    dns1: '',
    ntp0: '10.0.0.3',
  });
  expect(await parsed('ip=10.0.0.2')).toMatchObject({ client: '10.0.0.2', device: '', method: '' });
});

test.each(['dhcp', 'on', 'any', 'both', 'bootp', 'rarp', 'off', 'none'])(
  'ip=%s is a method alone',
  async (method) => {
    expect(await parsed(`ip=${method}`)).toMatchObject({ method, client: '' });
  },
);

test.each([
  ['/export', { nfs_server: '', directory: '/export', options: '' }],
  ['10.0.0.1:/export', { nfs_server: '10.0.0.1', directory: '/export', options: '' }],
  ['10.0.0.1:/a:b,vers=3', { nfs_server: '10.0.0.1', directory: '/a:b', options: 'vers=3' }],
  [',vers=3,tcp', { nfs_server: '', directory: '', options: 'vers=3,tcp' }],
  ['default', { nfs_server: '', directory: '', options: '' }],
])('nfsroot=%s', async (value, expected) => {
  expect(await parsed(`nfsroot=${value}`)).toMatchObject(expected);
});

test('the root is read-only unless rw is said, and the last word wins', async () => {
  expect((await parsed('')).mode).toBe('ro');
  expect((await parsed('rw ro')).mode).toBe('ro');
});

test('what follows -- is for the root’s init alone', async () => {
  expect(await parsed('rw -- ro init=/bin/sh')).toMatchObject({ mode: 'rw', init: '' });
});

test('patterns in a parameter are no file names', async () => {
  expect((await parsed('nfsroot=10.0.0.1:/*')).directory).toBe('/*');
});

test('the time to try is a number or nothing', async () => {
  expect((await parsed('umlnfs.retry=5')).retry_seconds).toBe('5');
  expect((await parsed('umlnfs.retry=5;reboot')).retry_seconds).toBe('60');
  expect((await parsed('umlnfs.retry=')).retry_seconds).toBe('60');
});
