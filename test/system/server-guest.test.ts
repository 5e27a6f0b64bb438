import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import type { Container } from './container/container.ts';
import { unitProperty } from './container/guests.ts';
import { serverTree } from './container/roots.ts';
import { install, useContainer } from './container/use-container.ts';

const image = '/var/lib/umlnfs/disks/files.img';

// A guest that runs the kernel's NFS server, and one whose root is on it.
const host = useContainer(async (container) => {
  await install(container);
  const tree = await serverTree();
  await container.copy(tree, '/export/files');
  await makeDisk(container);
  await container.write(
    '/etc/umlnfs.d/files.conf',
    `[Guest]\nAddress=192.168.2.10\nMemory=256M\nAutostart=no\nDisks=${image}:/srv\n`,
  );
  await container.write(
    '/etc/umlnfs.d/web1.conf',
    `[Guest]
Address=192.168.2.11
Memory=64M
Autostart=no
StartTimeoutSec=100
[Root]
ServerGuest=files
Directory=/srv/web1
[Export]
Options=rw,sync,fsid=0,no_root_squash,no_subtree_check
`,
  );
  await container.exec('systemctl', 'reload', 'umlnfsd');
});

async function makeDisk(container: Container): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'umlnfs-disk-'));
  try {
    await mkdir(join(work, 'srv'));
    await makeTinyRoot(join(work, 'srv/web1'));
    await execa('mke2fs', ['-q', '-t', 'ext4', '-d', join(work, 'srv'), join(work, 'files.img'), '64M']);
    await container.exec('install', '-d', '-m', '711', '/var/lib/umlnfs/disks');
    await container.copy(join(work, 'files.img'), image);
  } finally {
    await rm(work, { recursive: true });
  }
}

const states = async () => [
  await unitProperty(host(), 'files', 'ActiveState'),
  await unitProperty(host(), 'web1', 'ActiveState'),
];

test('systemctl start of the client brings up its server first', async () => {
  await host().exec('systemctl', 'start', 'umlnfs@web1');
  expect(await states()).toEqual(['active', 'active']);
  const times = await host().exec(
    ...['systemctl', 'show', '--value', '--property=ActiveEnterTimestampMonotonic'],
    ...['umlnfs@files', 'umlnfs@web1'],
  );
  const [first = 0, second = 0] = times.split(/\s+/).map(Number);
  expect(first).toBeLessThan(second);
  expect(await host().exec('stat', '--format=%U %a', image)).toBe('UNKNOWN 600');
});

test('the client runs on while its server is killed and started again', async () => {
  const client = await unitProperty(host(), 'web1', 'MainPID');
  const server = await unitProperty(host(), 'files', 'MainPID');
  await host().exec('kill', '-KILL', server);
  await until(
    'the server',
    async () =>
      (await unitProperty(host(), 'files', 'MainPID')) !== server &&
      (await unitProperty(host(), 'files', 'ActiveState')) === 'active',
    150_000,
  );
  expect(await unitProperty(host(), 'web1', 'MainPID')).toBe(client);
});

test('the client runs on while its server is restarted by systemctl', async () => {
  const client = await unitProperty(host(), 'web1', 'MainPID');
  await host().exec('systemctl', 'restart', 'umlnfs@files');
  expect(await states()).toEqual(['active', 'active']);
  expect(await unitProperty(host(), 'web1', 'MainPID')).toBe(client);
});

test.each([
  ['systemctl stop', ['systemctl', 'stop', 'umlnfs@files']],
  ['umlnfs stop', ['umlnfs', 'stop', 'files']],
])('%s of the server stops the client first, in order', async (_, command) => {
  await host().exec('systemctl', 'start', 'umlnfs@web1');
  const last = await host().exec('journalctl', '--no-pager', '--lines=1', '--show-cursor');
  const since = /^-- cursor: (.*)$/m.exec(last)?.[1] ?? '';
  await host().exec(...command);
  expect(await states()).toEqual(['inactive', 'inactive']);
  await host().exec('journalctl', '--sync');
  const journal = await host().exec(
    ...['journalctl', '--no-pager', '--output=cat', `--after-cursor=${since}`],
    ...['--unit=init.scope', '--unit=umlnfs@*'],
  );
  const [client, server] = ['web1', 'files'].map((name) => journal.indexOf(`Stopped umlnfs@${name}`));
  expect(client).toBeGreaterThanOrEqual(0);
  expect(server).toBeGreaterThan(client ?? 0);
  for (const name of ['web1', 'files']) {
    expect(await unitProperty(host(), name, 'Result')).toBe('success');
    // The daemon reads the reason from the journal, which systemctl does not wait for.
    const reason = async () => (await guestStatus(name)).lastEndReason;
    await until('the reason of its end', async () => (await reason()) === 'stopped');
  }
  // Both shut down by themselves: nothing had to be killed.
  expect(journal).not.toMatch(/^umlnfs@\S+: .*(timed out|Killing process)/m);
});

async function guestStatus(name: string): Promise<Record<string, unknown>> {
  return JSON.parse((await host().try('umlnfs', 'status', '--json', name)).stdout)[0];
}
