import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { tinyGuest, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(async (container) => {
  await install(container);
  await tinyGuest(container, 'web1', '192.168.2.2', '[Restart]\nDelaySec=100ms\n');
  await container.exec('systemctl', 'start', 'umlnfs@web1');
});

const daemonPid = () => host().exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfsd');
const guestPid = () => unitProperty(host(), 'web1', 'MainPID');
const running = (other: string) => async () => {
  const container = host();
  const pid = await guestPid();
  return pid !== '0' && pid !== other && (await unitProperty(container, 'web1', 'ActiveState')) === 'active';
};

async function knownAsRunning(): Promise<void> {
  await until(
    'the daemon to know the guest',
    async () => {
      const { stdout } = await host().try('umlnfs', 'status', '--json', 'web1');
      return stdout.includes('"state": "running"') && stdout.includes(`"pid": ${await guestPid()}`);
    },
    60_000,
  );
}

test.each([
  ['killed', ['kill', '--signal=KILL', '--kill-whom=main', 'umlnfsd']],
  ['restarted', ['restart', 'umlnfsd']],
])('when the daemon is %s, the guest runs on and is adopted', async (_, command) => {
  const container = host();
  const [guest, daemon] = [await guestPid(), await daemonPid()];
  await container.exec('systemctl', ...command);
  await until('another daemon', async () => !['0', daemon].includes(await daemonPid()), 60_000);
  await knownAsRunning();
  expect(await guestPid()).toBe(guest);
});

test('systemd reading its files again does not disturb', async () => {
  const guest = await guestPid();
  await host().exec('systemctl', 'daemon-reload');
  await knownAsRunning();
  expect(await guestPid()).toBe(guest);
});

test('a guest that crashes is started again', async () => {
  const guest = await guestPid();
  await host().exec('systemctl', 'kill', '--signal=SEGV', '--kill-whom=main', 'umlnfs@web1');
  await until('another process of the guest', running(guest), 60_000);
  await knownAsRunning();
  expect(await unitProperty(host(), 'web1', 'NRestarts')).not.toBe('0');
});

test('without the daemon, systemd starts a guest again that crashed', async () => {
  const container = host();
  const guest = await guestPid();
  await container.exec('systemctl', 'stop', 'umlnfsd');
  await container.exec('systemctl', 'kill', '--signal=SEGV', '--kill-whom=main', 'umlnfs@web1');
  await until('another process of the guest', running(guest), 60_000);
  await container.exec('systemctl', 'start', 'umlnfsd');
  await knownAsRunning();
});

test('the end of the host stops guests before their NFS server', async () => {
  const container = host();
  const order = await container.exec('systemctl', 'show', '--property=After', '--value', 'umlnfs@web1');
  for (const unit of ['umlnfs-ganesha.service', 'nfs-server.service', 'network.target', 'umlnfsd.service'])
    expect(order.split(' ')).toContain(unit);
});
