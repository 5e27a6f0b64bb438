import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fillFromHost } from '../../../src/adapters/rootfs/create/host.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-host-'));
  await mkdir(join(base, 'tree'));
});

afterEach(async () => {
  await execa('umount', [join(base, 'host/var/other')], { reject: false });
  await rm(base, { recursive: true, force: true });
});

const host = (path = '') => join(base, 'host', path);
const tree = (path = '') => join(base, 'tree', path);

async function put(path: string, text = 'x'): Promise<void> {
  await mkdir(dirname(host(path)), { recursive: true });
  await writeFile(host(path), text);
}

const fill = (without: readonly string[] = []) =>
  fillFromHost(
    tree(),
    without,
    {
      action: 'copy',
      signal: new AbortController().signal,
      progress: { phase: () => {}, detail: () => {} },
    },
    host(),
  );

const has = (path: string) =>
  stat(tree(path)).then(
    () => true,
    () => false,
  );

test("a host is copied without what is its own, and with the recipe's empty directories", async () => {
  for (const path of ['usr/bin/tool', 'opt/thing', 'var/lib/app/data', 'etc/app.conf']) await put(path);
  const left = [
    'home/me/secret',
    'root/.ssh/id_ed25519',
    'etc/machine-id',
    'etc/hostname',
    'etc/umlnfs.conf',
    'etc/umlnfs.d/web1.conf',
    'etc/wireguard/wg0.conf',
    'var/lib/umlnfs/images/x/image',
    'var/cache/umlnfs/initramfs',
    'usr/lib/modules/6.1/x.ko',
    'var/roots/web1/etc/passwd',
    'var/tmp/x',
    'data/large',
  ];
  for (const path of left) await put(path);
  await put('etc/ssh/ssh_host_rsa_key', 'SECRET');
  await symlink('usr/bin', host('bin'));
  await chmod(host('usr/bin/tool'), 0o4755);
  await fill(['/var/roots', '/elsewhere']);
  for (const path of ['usr/bin/tool', 'bin/tool', 'opt/thing', 'var/lib/app/data', 'etc/app.conf', 'var/tmp'])
    expect([path, await has(path)]).toEqual([path, true]);
  for (const path of left) expect([path, await has(path)]).toEqual([path, false]);
  // For those that are made anew.
  expect(await readFile(tree('etc/ssh/ssh_host_rsa_key'), 'utf8')).toBe('');
  expect((await stat(tree('usr/bin/tool'))).mode & 0o7777).toBe(0o4755);
  expect((await stat(tree('tmp'))).mode & 0o7777).toBe(0o1777);
  expect((await readdir(tree())).sort()).toEqual([
    'bin',
    'dev',
    'etc',
    'home',
    'media',
    'mnt',
    'opt',
    'proc',
    'root',
    'run',
    'srv',
    'sys',
    'tmp',
    'usr',
    'var',
  ]);
});

test.each([
  'var/backups/shadow.bak',
  'var/backups/gshadow.bak',
  'var/backups/passwd.bak',
  'var/backups/group.bak',
  'etc/security/opasswd',
  'etc/wpa_supplicant/wpa_supplicant-wlan0.conf',
  'etc/wpa_supplicant.conf',
  'var/lib/iwd/home.psk',
  'etc/ipsec.secrets',
  'etc/ipsec.d/private/key.pem',
  'etc/swanctl/private/key.pem',
  'etc/ppp/chap-secrets',
  'etc/ppp/pap-secrets',
  'etc/systemd/network/wg0.netdev',
  'etc/netplan/01-wifi.yaml',
  'etc/apt/auth.conf',
  'etc/apt/auth.conf.d/.hidden.conf',
  'var/lib/sss/db/cache_example.ldb',
  'var/lib/samba/private/secrets.tdb',
  'var/mail/me',
  'var/spool/mail/me/new/1',
])('%s stays with the host', async (path) => {
  await put(path);
  await put('etc/systemd/network/lan.network');
  await fill();
  expect(await has(path)).toBe(false);
  expect(await has('etc/systemd/network/lan.network')).toBe(true);
});

test('other file systems are not entered', async () => {
  await put('etc/passwd');
  await mkdir(host('var/other'), { recursive: true });
  await execa('mount', ['-t', 'tmpfs', 'umlnfs-test', host('var/other')]);
  await writeFile(host('var/other/large'), '');
  await fill();
  expect(await readdir(tree('var/other'))).toEqual([]);
});

test('nobody logs in to the copy with a password of the host', async () => {
  await put('etc/shadow', 'root:$y$j9T$x$y:19000:0:99999:7:::\ndaemon:*:19000::::::\nme::1::::::\n');
  await chmod(host('etc/shadow'), 0o640);
  await put('etc/shadow-', 'root:$y$old:::::::\n');
  await fill();
  expect(await readFile(tree('etc/shadow'), 'utf8')).toBe(
    'root:*:19000:0:99999:7:::\ndaemon:*:19000::::::\nme:*:1::::::\n',
  );
  expect((await stat(tree('etc/shadow'))).mode & 0o777).toBe(0o640);
  expect(await has('etc/shadow-')).toBe(false);
});

test("an /etc that is a link is copied as one, and the host's is not written through it", async () => {
  await put('usr/etc/shadow', 'root:$y$j9T$x$y:19000::::::\n');
  await symlink(host('usr/etc'), host('etc'));
  await fill().catch(() => {});
  expect(await readFile(host('usr/etc/shadow'), 'utf8')).toContain('$y$');
});
