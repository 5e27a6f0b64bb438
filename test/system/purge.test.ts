import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import type { Container } from './container/container.ts';
import { tinyGuest, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

// What every package leaves: dpkg's and apt's own, the journal, caches and backups of others.
const others = [
  '/export',
  '/proc',
  '/root',
  '/run/log',
  '/run/systemd/ask-password-block',
  '/run/systemd/journal',
  '/run/systemd/units',
  '/run/udev',
  '/sys',
  '/tmp',
  '/var/cache/apt',
  '/var/cache/debconf',
  '/var/cache/ldconfig',
  '/var/cache/man',
  '/var/lib/apt',
  '/var/lib/dpkg',
  '/var/log/apt',
  '/var/log/dpkg.log',
  '/var/log/journal',
  '/var/tmp',
];

/** Everything of the host that a package may change: files, users, links, units. */
async function inventory(container: Container): Promise<string[]> {
  const prune = others.flatMap((path) => ['-path', path, '-prune', '-o']);
  const files = await container.exec('find', '/', ...prune, '-print');
  const users = await container.sh('getent passwd; getent group');
  const links = await container.exec('ip', '-brief', 'link');
  const units = await container.sh(
    "systemctl list-units --all --plain --no-legend | cut -d ' ' -f 1 | grep -v -e '^user' -e '\\.device$' -e '\\.scope$'",
  );
  return [files, users, links, units].flatMap((text) => text.split('\n')).sort();
}

let before: string[];
const host = useContainer(async (container) => {
  before = await inventory(container);
  await install(container);
  for (const [index, name] of ['web1', 'web2'].entries())
    await tinyGuest(container, name, `192.168.2.${index + 2}`);
  await container.exec('systemctl', 'start', 'umlnfs@web1', 'umlnfs@web2');
  await container.exec('systemctl', 'enable', 'umlnfs@web2');
  await container.exec('systemctl', 'mask', 'umlnfs@web3');
  await container.exec('systemctl', 'set-property', 'umlnfs@web1', 'MemoryMax=300M');
});

test('removing the package shuts guests down in order and takes everything down', async () => {
  const container = host();

  await container.exec('apt-get', 'remove', '--yes', 'umlnfs');

  const journal = await container.exec(
    'journalctl',
    '--boot',
    '--no-pager',
    '--output=cat',
    '--identifier=umlnfs@web1',
  );
  expect(journal).toContain('reboot: Power down');
  const running = await container.try('pgrep', '-af', 'umlnfs|linux.uml|ganesha');
  expect(running.stdout).toBe('');
  expect((await container.exec('ip', '-brief', 'link')).split('\n')).toHaveLength(1);
  expect(await container.sh('ls /etc/exports.d 2>/dev/null || :')).toBe('');
});

test('definitions outlive the removal, and guests are back with the package', async () => {
  const container = host();
  await install(container);
  await container.exec('systemctl', 'start', 'umlnfs@web1');
  const [status] = JSON.parse(await container.exec('umlnfs', 'status', '--json', 'web1'));
  expect(status).toMatchObject({ state: 'running' });
  // It is enabled, and asked for by nobody.
  await until('web2', async () => (await unitProperty(container, 'web2', 'ActiveState')) === 'active');
});

test('after the purge the host is what it was, and the roots are there', async () => {
  const container = host();

  await container.exec('apt-get', 'purge', '--yes', 'umlnfs');

  const after = await inventory(container);
  expect({
    left: after.filter((line) => !before.includes(line)),
    lost: before.filter((line) => !after.includes(line)),
  }).toEqual({ left: [], lost: [] });
  expect(await container.sh('ls /export')).toBe('web1\nweb2');
});
