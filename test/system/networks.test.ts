import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { tinyGuest } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(async (container) => {
  await install(container);
  await container.write('/etc/umlnfs.conf', '[Bridge]\nUplink=nat\nIPv6Address=fd00:2::1/64\n');
  await tinyGuest(container, 'web1', '192.168.2.2');
  await container.exec('sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_forward');
  await container.exec('systemctl', 'reload-or-restart', 'umlnfsd');
  await container.exec('systemctl', 'start', 'umlnfs@web1');
});

const tables = () => host().exec('nft', 'list', 'tables');

test('the daemon filters, translates addresses and passes packets on from within its walls', async () => {
  expect(await tables()).toContain('table bridge umlnfs');
  expect(await tables()).toContain('table inet umlnfs');
  await until('forwarding', async () => {
    const values = await host().sh(
      'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding',
    );
    return values.trim() === '1\n1';
  });
});

test('a firewall that is loaded anew takes neither away for long, and the guest goes on', async () => {
  const container = host();
  const pid = await container.exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfs@web1');
  await container.exec('systemctl', 'restart', 'nftables');
  await until('the tables', async () => {
    const now = await tables();
    return now.includes('table bridge umlnfs') && now.includes('table inet umlnfs');
  });
  expect(await container.exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfs@web1')).toBe(pid);
  expect(await tables()).toContain('table inet filter');
});
