/** What a new administrator does: from a host without a guest to three of them, one of which serves another's root. */
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import { guestTree } from './container/base.ts';
import { unitProperty } from './container/guests.ts';
import { serverTree } from './container/roots.ts';
import { install, useContainer } from './container/use-container.ts';

// The container has no network to install distributions from: their trees are there as tarballs.
const trees = '/export/.trees';

const host = useContainer(async (container) => {
  await install(container);
  await container.exec('mkdir', trees);
  await container.copy(await serverTree(), `${trees}/server`);
  await container.copy(await guestTree(), `${trees}/debian`);
  await makeTinyRoot(container.path(`${trees}/tiny`));
  for (const name of ['server', 'debian', 'tiny'])
    await container.exec('tar', '-C', `${trees}/${name}`, '-cf', `${trees}/${name}.tar`, '.');
});

async function inGuest(guest: string, script: string): Promise<string> {
  const root = `/export/${guest}`;
  const container = host();
  await container.write(`${root}/do.new`, `${script}\n`);
  await container.exec('mv', `${root}/do.new`, `${root}/do`);
  await until(
    `the answer of ${guest}`,
    async () => (await container.try('test', '-e', `${root}/done`)).status === 0,
    30_000,
  );
  const text = await container.read(`${root}/done`);
  await container.exec('rm', `${root}/done`);
  return text;
}

test('doctor says what the host can do, and kernel check what the kernel', async () => {
  const { stdout } = await host().try('umlnfs', 'doctor', '--json');
  const { items } = JSON.parse(stdout) as { items: { item: string; level: string; text: string }[] };
  expect(items.find(({ item }) => item === 'NFS server')).toMatchObject({ level: 'ok' });
  const kernel = await host().exec('umlnfs', 'kernel', 'check', '--json', '/usr/bin/linux.uml');
  expect(JSON.parse(kernel)).toMatchObject({ verdict: 'works-with-initramfs' });
});

test('roots are made, and the second and all further ones have a disk of their own', async () => {
  const container = host();
  const make = (name: string, ...more: string[]) =>
    container.exec('umlnfs', 'rootfs', 'create', ...more, name);
  await make('files', `--from-tarball=${trees}/server.tar`);
  await make('web1', `--from-tarball=${trees}/debian.tar`, '--size=1G');
  await make('spy', `--from-tarball=${trees}/tiny.tar`, '--size=64M');
  const roots = JSON.parse(await container.exec('umlnfs', 'rootfs', 'list', '--json')) as object[];
  expect(roots).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'files', kind: 'plain' }),
      expect.objectContaining({ name: 'web1', kind: 'image', suite: 'trixie' }),
      expect.objectContaining({ name: 'spy', kind: 'image' }),
    ]),
  );
  expect(await container.exec('systemctl', 'is-enabled', 'export-web1.mount')).toBe('enabled');
  expect(await container.exec('findmnt', '--noheadings', '--output=OPTIONS', '/export/web1')).toMatch(
    /nosuid.*nodev|nodev.*nosuid/,
  );
});

test('guests come up, one of them from the NFS server in another', async () => {
  const container = host();
  // The served root is on a disk of the server, made with its own means.
  await container.exec('install', '-d', '-m', '711', '/var/lib/umlnfs/disks');
  await container.exec(
    ...['mke2fs', '-q', '-t', 'ext4', '-d', `${trees}/tiny`, '/var/lib/umlnfs/disks/files.img', '64M'],
  );
  const define = (name: string, text: string) => container.write(`/etc/umlnfs.d/${name}.conf`, text);
  await define(
    'files',
    '[Guest]\nAddress=192.168.2.10\nMemory=256M\nDisks=/var/lib/umlnfs/disks/files.img:/srv\n',
  );
  await define(
    'web2',
    '[Guest]\nAddress=192.168.2.12\nMemory=64M\n[Root]\nServerGuest=files\nDirectory=/srv\n',
  );
  await define('web1', '[Guest]\nAddress=192.168.2.11\n');
  // What the test does in it is seen at once only without its caches.
  await define('spy', '[Guest]\nAddress=192.168.2.13\nMemory=64M\n[Root]\nAc=no\n');
  await container.exec('umlnfs', 'check');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  for (const guest of ['web1', 'web2', 'spy']) {
    await container.exec('systemctl', 'start', `umlnfs@${guest}`);
    expect(await unitProperty(container, guest, 'ActiveState')).toBe('active');
  }
  const status = JSON.parse(await container.exec('umlnfs', 'status', '--json')) as {
    name: string;
    state: string;
  }[];
  expect(Object.fromEntries(status.map(({ name, state }) => [name, state]))).toEqual({
    files: 'running',
    spy: 'running',
    web1: 'running',
    web2: 'running',
  });
});

test('names lead to them, from the host and from a guest', async () => {
  const container = host();
  expect(await container.exec('getent', 'hosts', 'web2.uml')).toMatch(/^192\.168\.2\.12 /);
  const answer = await inGuest('spy', '/bin/busybox nslookup web2.uml 192.168.2.1');
  expect(answer).toContain('192.168.2.12');
  await container.sh("printf '%s\\n' 'getent hosts web2.uml > /found' | timeout 30 umlnfs console web1 || :");
  await until('web1 to find web2', async () =>
    (await container.read('/export/web1/found').catch(() => '')).startsWith('192.168.2.12 '),
  );
});

test('a guest that takes the address of another gets nowhere', async () => {
  const answer = await inGuest(
    'spy',
    [
      'b=/bin/busybox; device=$($b ip -o link | $b sed -n "s/^[0-9]*: \\(vec0\\|eth0\\):.*/\\1/p")',
      '$b ping -c 1 -W 5 192.168.2.12 >/dev/null && echo as itself',
      '$b ip address add 192.168.2.11/24 dev $device',
      '$b ping -c 2 -W 2 -I 192.168.2.11 192.168.2.12 >/dev/null && echo as web1',
      '$b ip address delete 192.168.2.11/24 dev $device',
    ].join('\n'),
  );
  expect(answer).toBe('as itself\n');
});

test('all of it comes down in order, and the roots go when nobody needs them', async () => {
  const container = host();
  await container.exec('umlnfs', 'stop', 'web1', 'web2', 'spy', 'files');
  for (const guest of ['web1', 'spy']) {
    const { status, stderr } = await container.try('umlnfs', 'rootfs', 'remove', '--yes', guest);
    expect(status).not.toBe(0);
    expect(stderr).toContain(`/etc/umlnfs.d/${guest}.conf`);
  }
  await container.sh('rm /etc/umlnfs.d/*.conf');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  for (const root of ['web1', 'spy', 'files'])
    await until(
      `${root} to be free`,
      async () => (await container.try('umlnfs', 'rootfs', 'remove', '--yes', root)).status === 0,
      30_000,
    );
  expect(await container.exec('umlnfs', 'rootfs', 'list', '--json')).toBe('[]');
});
