import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { tinyGuest, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const definition = '/etc/umlnfs.d/web1.conf';
const dropIn = '/run/systemd/system/umlnfs@web1.service.d/50-umlnfs.conf';

const host = useContainer(async (container) => {
  await install(container);
  await tinyGuest(container, 'web1', '192.168.2.2', 'Autostart=no\n');
  await container.exec('systemctl', 'reload', 'umlnfsd');
});

const property = (name: string) => unitProperty(host(), 'web1', name);

test('a guest without Autostart= waits to be asked for', async () => {
  expect(await property('ActiveState')).toBe('inactive');
  expect(await host().read(dropIn)).toContain('Restart=on-failure');
});

test('umlnfs start, restart and stop are those of systemctl', async () => {
  const container = host();
  await container.exec('umlnfs', 'start', 'web1');
  await until('systemd to know', async () => (await property('ActiveState')) === 'active');
  const first = await property('MainPID');
  await container.exec('umlnfs', 'restart', 'web1');
  await until('systemd to know', async () => (await property('ActiveState')) === 'active');
  expect(await property('MainPID')).not.toBe(first);
  await container.exec('umlnfs', 'stop', 'web1');
  expect(await property('ActiveState')).toBe('inactive');
  expect(await property('Result')).toBe('success');
});

test('a guest whose preparation takes long can be stopped meanwhile', async () => {
  const container = host();
  const daemon = await container.exec('systemctl', 'show', '--property=MainPID', '--value', 'umlnfsd');
  // Nothing takes longer to answer.
  await container.exec('kill', '-STOP', daemon);
  try {
    await container.exec('systemctl', 'start', '--no-block', 'umlnfs@web1');
    const processes = async () =>
      (await container.try('sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "')).stdout;
    await until('the question to the daemon and the extension of its time', async () => {
      const seen = await processes();
      return seen.includes('Manager Prepare s web1') && seen.includes('EXTEND_TIMEOUT_USEC');
    });
    expect(await property('ActiveState')).toBe('activating');
    await container.exec('systemctl', 'stop', 'umlnfs@web1');
    expect(await property('ActiveState')).toBe('inactive');
    expect(await property('Result')).toBe('success');
    expect(await processes()).not.toMatch(/EXTEND_TIMEOUT_USEC|guest-prepare/);
  } finally {
    await container.exec('kill', '-CONT', daemon);
  }
});

test('restarts by hand are not what the limit is for', async () => {
  const container = host();
  for (let round = 0; round < 7; round += 1) await container.exec('systemctl', 'restart', 'umlnfs@web1');
  expect(await property('ActiveState')).toBe('active');
});

test('polkit says who else may', async () => {
  const container = host();
  const asNobody = (verb: string) =>
    container.try('setpriv', '--reuid=nobody', '--clear-groups', 'umlnfs', verb, 'web1');
  expect((await asNobody('restart')).status).toBe(6);
  const rules = '/etc/polkit-1/rules.d/10-test.rules';
  await container.write(
    rules,
    'polkit.addRule(function (action, subject) {\n  if (action.id === "org.umlnfs1.restart" && subject.user === "nobody") return polkit.Result.YES;\n});\n',
  );
  await until('polkit to have read its rules', async () => (await asNobody('restart')).status === 0, 30_000);
  expect((await asNobody('stop')).status).toBe(6);
  await container.sh(`rm ${rules}`);
});

test('Prepare is for root alone', async () => {
  const { status, stderr } = await host().try(
    'setpriv',
    '--reuid=nobody',
    '--clear-groups',
    'busctl',
    'call',
    'org.umlnfs1',
    '/org/umlnfs1',
    'org.umlnfs1.Manager',
    'Prepare',
    's',
    'web1',
  );
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/denied/);
});

test('a change that needs it restarts the guest, and one that does not leaves it', async () => {
  const container = host();
  await container.exec('systemctl', 'start', 'umlnfs@web1');
  const pid = await property('MainPID');
  await container.write(
    definition,
    '[Guest]\nAddress=192.168.2.2\nMemory=64M\nAutostart=no\nDescription=the web\n[Restart]\nBurst=9\n',
  );
  await container.exec('systemctl', 'reload', 'umlnfsd');
  expect(await property('Description')).toContain('the web');
  expect(await property('StartLimitBurst')).toBe('9');
  expect(await property('MainPID')).toBe(pid);
  await container.write(definition, '[Guest]\nAddress=192.168.2.2\nMemory=72M\nAutostart=no\n');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  const again = async () => {
    const now = await property('MainPID');
    return now !== '0' && now !== pid && (await property('ActiveState')) === 'active';
  };
  await until('the guest to run as defined', again, 60_000);
  expect(await container.sh(`tr '\\0' '\\n' < /proc/${await property('MainPID')}/cmdline`)).toContain(
    `mem=${72 * 1024}K`,
  );
});

test('systemctl stop wins over a restart for a change', async () => {
  const container = host();
  await container.write(definition, '[Guest]\nAddress=192.168.2.2\nMemory=64M\nAutostart=no\n');
  await container.exec('systemctl', 'stop', 'umlnfs@web1');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  expect(await property('ActiveState')).toBe('inactive');
  expect(await container.sh('systemctl list-jobs --no-legend "umlnfs@*"')).toBe('');
  await container.exec('systemctl', 'start', 'umlnfs@web1');
});

test('without its definition a guest is stopped, and nothing of it is left', async () => {
  const container = host();
  await container.sh(`rm ${definition}`);
  await until('the end of the guest', async () => (await property('ActiveState')) === 'inactive', 60_000);
  const left = () =>
    container.sh(
      'ls -d /run/systemd/system/umlnfs@* /run/umlnfs/guests/* /sys/class/net/uml-web1 2>/dev/null || :',
    );
  await until('its files and its tap to go', async () => (await left()) === '');
});

test('a definition with Autostart= starts its guest when it appears, once', async () => {
  const container = host();
  await container.write(definition, '[Guest]\nAddress=192.168.2.2\nMemory=64M\n');
  await until('the guest', async () => (await property('ActiveState')) === 'active', 60_000);
  await container.exec('systemctl', 'stop', 'umlnfs@web1');
  await container.exec('systemctl', 'restart', 'umlnfsd');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  expect(await property('ActiveState')).toBe('inactive');
});

test('an enabled guest is one of those that the boot waits for, and its target stops it', async () => {
  const container = host();
  await container.exec('systemctl', 'enable', 'umlnfs@web1');
  const wants = await container.exec('systemctl', 'show', '--property=Wants', '--value', 'umlnfs.target');
  expect(wants.split(' ')).toContain('umlnfs@web1.service');
  await container.exec('systemctl', 'start', 'umlnfs@web1');
  await container.exec('systemctl', 'stop', 'umlnfs.target', 'umlnfs@web1');
  expect(await property('ActiveState')).toBe('inactive');
});
