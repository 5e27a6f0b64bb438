import { expect, inject, test } from 'vitest';
import { tinyGuest, unitProperty } from './container/guests.ts';
import { nextRelease } from './container/upgrade.ts';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(async (container) => {
  await install(container);
  await tinyGuest(container, 'web1', '192.168.2.2');
  await tinyGuest(container, 'web2', '192.168.2.3');
  await container.exec('systemctl', 'start', 'umlnfs@web1', 'umlnfs@web2');
  await container.exec('systemctl', 'enable', 'umlnfs@web2');
  await container.exec('systemctl', 'stop', 'umlnfs@web2');
  await nextRelease(inject('deb'), '99.0', container.path('/root/next.deb'));
});

test('an upgrade starts the daemon anew and leaves guests alone', async () => {
  const container = host();
  const daemonBefore = await container.exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfsd');
  const guestBefore = await unitProperty(container, 'web1', 'MainPID');
  await container.write('/etc/umlnfs.conf', '[Guest]\nMemory=64M\n');

  await install(container, '/root/next.deb');

  expect(await container.exec('dpkg-query', '--show', 'umlnfs')).toBe('umlnfs\t99.0');
  expect(await container.exec('systemctl', 'is-active', 'umlnfsd')).toBe('active');
  expect(await container.exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfsd')).not.toBe(
    daemonBefore,
  );
  expect(await unitProperty(container, 'web1', 'MainPID')).toBe(guestBefore);
  expect(await unitProperty(container, 'web1', 'ActiveState')).toBe('active');
  expect(await container.read('/etc/umlnfs.conf')).toBe('[Guest]\nMemory=64M\n');
  expect(await unitProperty(container, 'web2', 'ActiveState')).toBe('inactive');
});

test('the new daemon knows the guest, and can shut it down', async () => {
  const container = host();
  const [status] = JSON.parse(await container.exec('umlnfs', 'status', '--json', 'web1'));
  expect(status).toMatchObject({ name: 'web1', state: 'running', restarts: 0 });
  await container.exec('umlnfs', 'stop', '--timeout=60', 'web1');
  expect(await unitProperty(container, 'web1', 'ActiveState')).toBe('inactive');
});

test('an upgrade does not start what was stopped and disabled', async () => {
  const container = host();
  await container.exec('systemctl', 'disable', '--now', 'umlnfsd');
  await container.exec('apt-get', 'install', '--yes', '--reinstall', '/root/next.deb');
  expect((await container.try('systemctl', 'is-active', 'umlnfsd')).stdout).toBe('inactive');
  expect(await container.exec('systemctl', 'is-active', 'umlnfs.target')).toBe('active');
});
