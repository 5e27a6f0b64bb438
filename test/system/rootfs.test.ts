import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import { unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const tarball = '/export/tree.tar';

const host = useContainer(async (container) => {
  await install(container);
  // The container's own root is an overlay, over which there is no other.
  await container.write('/etc/umlnfs.conf', '[Directories]\nState=/export/.state\n');
  await container.sh(`mknod /dev/loop-control c 10 237
    for n in 0 1 2 3 4 5 6 7; do mknod "/dev/loop$n" b 7 "$n"; done`);
  await makeTinyRoot(container.path('/export/.tree'));
  await container.exec('tar', '-C', '/export/.tree', '-cf', tarball, '.');
});

const states = (units: readonly string[], what: string) =>
  Promise.all(units.map(async (unit) => (await host().try('systemctl', what, unit)).stdout));

test('roots that are mount points are mounted by systemd, and guests start from them', async () => {
  const container = host();
  await container.exec('umlnfs', 'rootfs', 'create', '--plain', `--from-tarball=${tarball}`, 'base');
  await container.exec('umlnfs', 'rootfs', 'create', '--size=32M', `--from-tarball=${tarball}`, 'image');
  const cloned = await container.try('umlnfs', 'rootfs', 'clone', 'base', 'over');
  expect(cloned.stderr).toContain('an overlay of /export/base');
  const units = ['export-image.mount', 'export-over.mount'];
  expect(await states(units, 'is-active')).toEqual(['active', 'active']);
  expect(await states(units, 'is-enabled')).toEqual(['enabled', 'enabled']);
  await container.write('/etc/umlnfs.d/image.conf', '[Guest]\nAddress=192.168.2.2\nMemory=64M\n');
  await container.write('/etc/umlnfs.d/over.conf', '[Guest]\nAddress=192.168.2.3\nMemory=64M\n');
  await container.exec('umlnfs', 'reload');
  await container.exec('umlnfs', 'start', 'image', 'over');
  expect(await unitProperty(container, 'image', 'ActiveState')).toBe('active');
  expect(await unitProperty(container, 'image', 'RequiresMountsFor')).toContain('/export/image');
  expect(await unitProperty(container, 'image', 'After')).toContain('export-image.mount');
});

test('the daemon has systemd mount what is not mounted, before the guest starts', async () => {
  const container = host();
  await container.exec('systemctl', 'stop', 'umlnfs@image', 'umlnfs@over', 'umlnfsd', 'umlnfs-ganesha');
  // Somebody has cleaned up.
  await container.exec('systemctl', 'disable', '--now', 'export-image.mount');
  await container.exec('rm', '-f', '/etc/systemd/system/export-image.mount');
  await container.exec('systemctl', 'daemon-reload');
  await container.exec('umount', '/export/over');
  await container.exec('systemctl', 'start', 'umlnfsd');
  await container.exec('umlnfs', 'start', 'image', 'over');
  expect(await unitProperty(container, 'image', 'ActiveState')).toBe('active');
  expect(await states(['export-image.mount', 'export-over.mount'], 'is-active')).toEqual([
    'active',
    'active',
  ]);
  const journal = await container.exec('journalctl', '--no-pager', '--output=cat', '--unit=umlnfsd');
  expect(journal).toContain('mount the root /export/image');
});

test('a root is removed with its unit and all that lies beneath it', async () => {
  const container = host();
  for (const name of ['image', 'over']) {
    await container.exec('systemctl', 'stop', `umlnfs@${name}`);
    await container.exec('rm', `/etc/umlnfs.d/${name}.conf`);
  }
  await container.exec('umlnfs', 'reload');
  for (const name of ['image', 'over', 'base']) {
    await until(
      `${name} to be free`,
      async () => (await container.try('umlnfs', 'rootfs', 'remove', '--yes', name)).status === 0,
      30_000,
    );
  }
  expect(await container.exec('ls', '/export')).toBe('tree.tar');
  expect(await container.exec('ls', '-A', '/export/.state/images')).toBe('');
  expect(await container.sh('ls /etc/systemd/system | grep -c "^export-" || :')).toBe('0');
});

test('the host is copied, without what is its own', async () => {
  const container = host();
  await container.write('/etc/umlnfs.d/web1.conf', '[Guest]\nAddress=192.168.2.2\n');
  await container.exec('umlnfs', 'rootfs', 'create', '--from-host', '--plain', 'self');
  const [self] = JSON.parse(await container.exec('umlnfs', 'rootfs', 'list', '--json'));
  expect(self).toMatchObject({ name: 'self', suite: 'trixie', kind: 'plain' });
  const left = await container.try(
    'sh',
    '-c',
    'cd /export/self; ls -d etc/umlnfs* var/lib/umlnfs usr/lib/modules/*',
  );
  expect(left.stdout).toBe('');
  expect(await container.read('/export/self/etc/machine-id')).not.toBe(
    await container.read('/etc/machine-id'),
  );
  expect(await container.read('/export/self/etc/shadow')).toMatch(/^root:\*:/m);
});
