import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(install);

test('a guest that nobody defined cannot be started, which is told at once', async () => {
  const container = host();
  const before = performance.now();
  const { status } = await container.try('systemctl', 'start', 'umlnfs@nobody');
  expect(status).not.toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  await until('the reason in the status', async () => {
    const shown = await container.try('systemctl', 'status', '--no-pager', '--full', 'umlnfs@nobody');
    return /cannot start guest nobody: .*no definition/i.test(shown.stdout);
  });
});

test('a guest without a root fails, and systemctl status tells why', async () => {
  const container = host();
  await container.write('/etc/umlnfs.d/rootless.conf', '[Guest]\nAddress=192.168.2.9\n');
  const { status } = await container.try('systemctl', 'start', 'umlnfs@rootless');
  expect(status).not.toBe(0);
  // What a service writes is in the journal a moment later.
  await until('the reason in the status', async () => {
    const shown = await container.try('systemctl', 'status', '--no-pager', '--full', 'umlnfs@rootless');
    return shown.stdout.includes('its root /export/rootless does not exist');
  });
});

test('who is not root may not start or stop', async () => {
  const container = host();
  const { status, stderr } = await container.try(
    'setpriv',
    '--reuid=nobody',
    '--clear-groups',
    'umlnfs',
    'stop',
    'rootless',
  );
  expect(status).toBe(6);
  expect(stderr).toMatch(/may not|not permitted|authenti/i);
});

test('reload tells what is wrong with the definitions when it is done', async () => {
  const container = host();
  await container.write('/etc/umlnfs.d/broken.conf', '[Guest]\nAdress=192.168.2.10\n');
  await container.try('systemctl', 'reload', 'umlnfsd');
  const { status, stdout, stderr } = await container.try('umlnfs', 'check');
  expect(status).toBe(1);
  expect(stdout + stderr).toMatch(/broken\.conf:2: error: .*Address/);
});
