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
  await makeTinyRoot(container.path('/export/.tree'));
  await container.exec('tar', '-C', '/export/.tree', '-cf', tarball, '.');
});

const states = (units: readonly string[], what: string) =>
  Promise.all(units.map(async (unit) => (await host().try('systemctl', what, unit)).stdout));

test('roots that are mount points are mounted by systemd, and guests start from them', async () => {
  const container = host();
  await container.exec('umlnfs', 'rootfs', 'create', '--plain', `--from-tarball=${tarball}`, 'base');
  await container.exec('umlnfs', 'rootfs', 'clone', 'base', 'first');
  const cloned = await container.try('umlnfs', 'rootfs', 'clone', 'base', 'over');
  expect(cloned.stderr).toContain('an overlay of /export/base');
  const units = ['export-first.mount', 'export-over.mount'];
  expect(await states(units, 'is-active')).toEqual(['active', 'active']);
  expect(await states(units, 'is-enabled')).toEqual(['enabled', 'enabled']);
  await container.write('/etc/umlnfs.d/first.conf', '[Guest]\nAddress=192.168.2.2\nMemory=64M\n');
  await container.write('/etc/umlnfs.d/over.conf', '[Guest]\nAddress=192.168.2.3\nMemory=64M\n');
  await container.exec('umlnfs', 'reload');
  await container.exec('umlnfs', 'start', 'first', 'over');
  expect(await unitProperty(container, 'first', 'ActiveState')).toBe('active');
  expect(await unitProperty(container, 'first', 'RequiresMountsFor')).toContain('/export/first');
  expect(await unitProperty(container, 'first', 'After')).toContain('export-first.mount');
});

test('a root is removed with its unit and all that lies beneath it', async () => {
  const container = host();
  for (const name of ['first', 'over']) {
    await container.exec('systemctl', 'stop', `umlnfs@${name}`);
    await container.exec('rm', `/etc/umlnfs.d/${name}.conf`);
  }
  await container.exec('umlnfs', 'reload');
  for (const name of ['first', 'over', 'base']) {
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
  const self = JSON.parse(await container.exec('umlnfs', 'rootfs', 'show', '--json', 'self'));
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
