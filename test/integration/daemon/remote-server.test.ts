/** A guest whose root another machine exports, driven over ssh. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';
import { SshServer } from '../../support/ssh-server.ts';

const address = '10.99.0.1';
let daemon: TestDaemon;
let server: SshServer;
let directory: string;

beforeAll(async () => {
  server = await SshServer.make(address);
  await server.start();
  daemon = await TestDaemon.make();
  directory = join(daemon.directory, 'there', 'web1');
  await mkdir(directory, { recursive: true });
  await daemon.addGuest('here', '192.168.2.9');
  await daemon.define('web1', definition());
  await daemon.start();
});

afterAll(async () => {
  await daemon.dispose();
  await server.dispose();
});

function definition(more = ''): string {
  return `[Guest]
Address=192.168.2.2
Autostart=no
${more}
[Export]
Host=root@${address}
Options=rw,sync,no_root_squash,no_subtree_check
[Root]
Server=${address}
Directory=${directory}`;
}

/** Waits until nothing is left to do about exports: what is in force may not be noted yet. */
async function settled(): Promise<void> {
  await until('nothing left to do', async () => {
    const { stdout } = await daemon.cli('plan', '--json');
    return !/"(export\.|await)/.test(stdout);
  });
}

const line = () => `${directory}\t192.168.2.2(`;

test('a server that does not let umlnfs in is a problem of its guests alone, and says what to do', async () => {
  expect((await daemon.cli('start', '--timeout=1', 'web1')).exitCode).not.toBe(0);
  const { problem } = await daemon.until('web1', { state: 'backoff' });
  expect(problem).toContain(`root@${address} does not let umlnfs in`);
  expect(problem).toContain(`ssh-copy-id -f -i ${daemon.directory}/state/ssh/id_ed25519.pub root@${address}`);
  expect((await daemon.until('here', { state: 'running' })).problem).toBe('');
  await daemon.cli('stop', 'web1');
});

test('the export is made there, in a table that exportfs -ra keeps', async () => {
  await server.authorize(join(daemon.directory, 'state/ssh/id_ed25519.pub'));
  await until('the export', async () => (await server.etab()).includes(line()), 40_000);
  await settled();
  await server.inside('exportfs', '-ra');
  expect(await server.etab()).toContain(line());
  expect(await server.etab()).toMatch(/\brw,sync\b.*no_root_squash/);
});

test('what somebody takes away there comes back', async () => {
  await server.inside('exportfs', '-u', `192.168.2.2:${directory}`);
  await until('the export', async () => (await server.etab()).includes(line()), 20_000);
});

test('a directory that is not there is told, and the export follows when it is made', async () => {
  directory = join(daemon.directory, 'there', "it's new");
  await daemon.define(
    'web2',
    definition()
      .replace('192.168.2.2', '192.168.2.3')
      .replace(directory, `${directory.replace("'s new", '')}`),
  );
  directory = join(daemon.directory, 'there', 'it');
  const told = await until(
    'the problem',
    async () => {
      await daemon.cli('start', '--timeout=1', 'web2');
      return (await daemon.status('web2')).problem || undefined;
    },
    20_000,
  );
  expect(told).toContain(`there is no directory ${directory}`);
  await daemon.cli('stop', 'web2');
  await mkdir(directory);
  await until('the export', async () => (await server.etab()).includes(`${directory}\t192.168.2.3(`), 60_000);
});

test('a server that hangs holds up nobody else', async () => {
  await server.signal('STOP');
  await daemon.define(
    'web2',
    definition('Memory=64M').replace('192.168.2.2', '192.168.2.3').replace('rw,sync', 'ro,sync'),
  );
  const began = performance.now();
  expect((await daemon.cli('restart', 'here')).exitCode).toBe(0);
  expect(performance.now() - began).toBeLessThan(15_000);
  await daemon.cli('start', '--timeout=1', 'web2');
  const { problem } = await until(
    'the problem',
    async () => {
      const status = await daemon.status('web2');
      return status.problem === '' ? undefined : status;
    },
    60_000,
  );
  expect(problem).toContain(`root@${address}`);
  await daemon.cli('stop', 'web2');
  await server.signal('CONT');
  await until(
    'the change',
    async () =>
      /\tro,|\(ro,/.test(
        (await server.etab()).split('\n').find((each) => each.includes('192.168.2.3(')) ?? '',
      ),
    90_000,
  );
});

test('without a definition the export goes', async () => {
  await rm(daemon.definition('web1'));
  await rm(daemon.definition('web2'));
  await until('the exports to go', async () => (await server.etab()) === '', 40_000);
  expect(await server.inside('ls', '/etc/exports.d', '/run/umlnfs-exports')).not.toContain('umlnfs-0');
});
