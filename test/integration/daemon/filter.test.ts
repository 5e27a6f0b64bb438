import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';

let daemon: TestDaemon;
const rules = () => execa('nft', ['list', 'table', 'bridge', 'umlnfs'], { reject: false });
const spy = (more = '') =>
  `[Guest]\nAddress=192.168.2.4\nMemory=64M\n[Network]\n${more}\n[Restart]\nDelaySec=100ms\n`;

beforeAll(async () => {
  daemon = await TestDaemon.make('[Bridge]\nFilter=no');
  await daemon.addGuest('web1', '192.168.2.3', '[Restart]\nDelaySec=100ms\n');
  await daemon.addGuest('spy', '192.168.2.4');
  await daemon.define('spy', spy());
  await daemon.start();
  await daemon.until('web1', { state: 'running' });
  await daemon.until('spy', { state: 'running' });
});
afterAll(() => daemon?.dispose());

const nothing = 'done\n';

/**
 * What the spy sees when it takes its neighbour's address and mounts its root; another version of NFS than its own root
 * has, so that the kernel does not use the connection that it has.
 */
async function spyOut(source: string): Promise<string> {
  return await daemon.inside(
    'spy',
    [
      'b=/bin/busybox; $b mkdir -p /tmp/spy',
      'device=$($b ip -o link | $b sed -n "s/^[0-9]*: \\(vec0\\|eth0\\):.*/\\1/p")',
      '$b ip address add 192.168.2.3/24 dev $device 2>/dev/null',
      '$b ip route replace 192.168.2.1/32 dev $device src 192.168.2.3',
      // Whoever knows the address with another MAC learns the spy's.
      '$b arping -A -c 2 -I $device -s 192.168.2.3 192.168.2.3 >/dev/null 2>&1',
      `$b timeout -s KILL 6 mount -t nfs4 -o vers=4.2,soft,timeo=10,retrans=1,addr=192.168.2.1,clientaddr=192.168.2.3 ${source} /tmp/spy 2>/dev/null`,
      '$b cat /tmp/spy/secret 2>/dev/null; $b umount /tmp/spy 2>/dev/null',
      '$b ip route delete 192.168.2.1/32; $b ip address delete 192.168.2.3/24 dev $device',
      'echo done',
    ].join('\n'),
  );
}

describe('the root of a neighbour', () => {
  let source = '';

  beforeAll(async () => {
    source = (await daemon.inside('web1', 'grep " / " /proc/mounts')).split(' ')[0] ?? '';
    await daemon.inside('web1', 'echo of web1 > /secret');
    expect((await daemon.cli('stop', 'web1')).exitCode).toBe(0);
  });

  test('is mounted by a guest that nobody filters', async () => {
    expect((await rules()).exitCode).not.toBe(0);
    expect(await spyOut(source)).toContain('of web1');
  });

  test('is not once they are filtered, and the guest goes on', async () => {
    const { pid } = await daemon.status('spy');
    const file = join(daemon.directory, 'etc/umlnfs.conf');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('Filter=no', 'Filter=yes'));
    await until('the filter', async () => (await rules()).stdout.includes('"uml-spy" . 192.168.2.4'), 20_000);
    expect(await spyOut(source)).toBe(nothing);
    expect(await daemon.status('spy')).toMatchObject({ state: 'running', pid });
  });

  test('is not by a guest that alone is not filtered', async () => {
    await daemon.define('spy', spy('Filter=no'));
    await until('the filter', async () => !(await rules()).stdout.includes('"uml-spy" . '), 20_000);
    expect(await spyOut(source)).toBe(nothing);
    await daemon.define('spy', spy());
    await until('the filter', async () => (await rules()).stdout.includes('"uml-spy" . 192.168.2.4'), 20_000);
  });

  test('is still mounted by whose it is', async () => {
    expect((await daemon.cli('start', 'web1')).exitCode).toBe(0);
    expect(await daemon.inside('web1', 'cat /secret')).toBe('of web1\n');
    expect(await spyOut(source)).toBe(nothing);
    expect(await daemon.inside('web1', 'cat /secret')).toBe('of web1\n');
  });
});

describe('the filter comes back', () => {
  const harm: [string, string[]][] = [
    ['flushed with all rules', ['flush', 'ruleset']],
    ['deleted', ['delete', 'table', 'bridge', 'umlnfs']],
    ['without one of its rules', ['flush', 'chain', 'bridge', 'umlnfs', 'guest-arp']],
    ['with a rule before its own', ['insert', 'rule', 'bridge', 'umlnfs', 'prerouting', 'accept']],
  ];

  test.each(harm)('%s, at once, and the guests go on', async (_, command) => {
    const before = (await rules()).stdout;
    const { pid } = await daemon.status('web1');
    await execa('nft', command);
    await until('the filter', async () => (await rules()).stdout === before, 20_000);
    expect(await daemon.inside('web1', 'cat /secret')).toBe('of web1\n');
    expect(await daemon.status('web1')).toMatchObject({ state: 'running', pid });
  });

  test('at the next start, when it went while no daemon was there', async () => {
    const { pid } = await daemon.status('web1');
    await daemon.kill('SIGKILL');
    const before = (await rules()).stdout;
    await execa('nft', ['flush', 'ruleset']);
    await daemon.start();
    expect((await rules()).stdout).toBe(before);
    expect(await daemon.until('web1', { state: 'running' })).toMatchObject({ pid, restarts: 0 });
  });

  test('and rules of others stay as they are', async () => {
    await execa('nft', ['-f', '-'], { input: 'table inet other {\nchain one {\ncounter drop\n}\n}\n' });
    await execa('nft', ['delete', 'table', 'bridge', 'umlnfs']);
    await until('the filter', async () => (await rules()).exitCode === 0, 20_000);
    expect((await execa('nft', ['list', 'ruleset'])).stdout).toMatch(/table inet other \{\s+chain one/);
    await execa('nft', ['delete', 'table', 'inet', 'other']);
  });
});

test('a guest whose address changes is shut down in order, and starts with the new one', async () => {
  await daemon.define('spy', spy().replace('192.168.2.4', '192.168.2.5'));
  await daemon.until('spy', { address: '192.168.2.5', state: 'running', lastEndReason: 'stopped' });
  const { lastEndDetail } = await daemon.status('spy');
  expect(lastEndDetail).toMatch(/Power down|System halted/);
  await until('the filter', async () => !(await rules()).stdout.includes('192.168.2.4'), 20_000);
  expect((await rules()).stdout).toContain('"uml-spy" . 192.168.2.5');
});

test('a guest cannot start where there is no nft, and is told what to do', async () => {
  const nft = (await execa('which', ['nft'])).stdout;
  await execa('mount', ['--bind', '/dev/null', nft]);
  try {
    await execa('ip', ['link', 'set', 'uml-spy', 'group', '0']);
    await daemon.addGuest('late', '192.168.2.6');
    const late = await daemon.until('late', { state: 'backoff' });
    expect(late.problem).toMatch(/^cannot put the packet filter into force: .*Filter=no/);
    expect((await execa('ip', ['link', 'show', 'uml-late'], { reject: false })).failed).toBe(true);
    expect(await daemon.status('web1')).toMatchObject({ state: 'running' });
  } finally {
    await execa('umount', [nft]);
  }
  await daemon.until('late', { state: 'running' }, 60_000);
});

test('it goes when the last guest does that needs it', async () => {
  for (const guest of ['web1', 'spy', 'late']) await rm(daemon.definition(guest));
  await until('the filter to go', async () => (await rules()).exitCode !== 0, 60_000);
});
