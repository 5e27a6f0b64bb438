import { createSocket } from 'node:dgram';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  const networks = join(daemon.directory, 'etc/umlnfs.d');
  await writeFile(join(networks, 'lab.network'), '[Bridge]\nAddress=192.168.3.1/24\nDomain=lab.example\n');
  await writeFile(join(daemon.directory, 'etc/hosts'), '127.0.0.1 localhost\n');
  await daemon.addGuest('web1', '192.168.2.2');
  await daemon.addGuest('web2', '192.168.3.2', '[Network]\nBridge=lab\n');
  await makeTinyRoot(daemon.root('web3'));
  await daemon.define('web3', '[Guest]\nMemory=64M\n[Network]\nAutoconf=dhcp\n');
  await daemon.start();
  for (const guest of ['web1', 'web2', 'web3']) await daemon.until(guest, { state: 'running' });
});
afterAll(() => daemon?.dispose());

function ask(guest: string, name: string, server: string): Promise<string> {
  return daemon.inside(guest, `/bin/busybox nslookup ${name} ${server}`);
}

async function pidOf(network: string): Promise<number> {
  const text = await readFile(join(daemon.directory, `runtime/dnsmasq/${network}/pid`), 'utf8').catch(
    () => '',
  );
  return Number(text);
}

const hosts = () => readFile(join(daemon.directory, 'etc/hosts'), 'utf8');

describe('guests of two networks', () => {
  test('find each other by name', async () => {
    expect(await ask('web1', 'web2.lab.example', '192.168.2.1')).toContain('192.168.3.2');
    expect(await ask('web2', 'web1.uml', '192.168.3.1')).toContain('192.168.2.2');
    expect(await ask('web2', 'web1', '192.168.3.1')).toContain('192.168.2.2');
    expect(await ask('web1', '192.168.2.2', '192.168.2.1')).toContain('web1.uml');
    expect(await ask('web1', 'nobody.uml', '192.168.2.1')).toMatch(/NXDOMAIN|can't find/);
  });

  test('are known to the host', async () => {
    const { address } = await daemon.status('web3');
    const text = await hosts();
    expect(text.split('\n')[0]).toBe('127.0.0.1 localhost');
    expect(text).toContain('\n192.168.3.2 web2.lab.example web2\n');
    expect(text).toContain(`\n${address} web3.uml web3\n`);
    await writeFile(join(daemon.directory, 'etc/hosts'), '127.0.0.1 localhost\n::1 other\n');
    await daemon.cli('reload');
    await expect.poll(hosts).toContain('192.168.2.2 web1.uml web1\n');
    expect(await hosts()).toContain('\n::1 other\n');
  });
});

test('a guest boots by DHCP, and gets the address that was picked for it', async () => {
  const { address } = await daemon.status('web3');
  expect(address).toMatch(/^192\.168\.2\.\d+$/);
  expect(await daemon.inside('web3', '/bin/busybox ifconfig vec0')).toContain(`inet addr:${address} `);
  expect(await daemon.inside('web3', 'cat /proc/cmdline')).toContain(`umlnfs.address=${address}`);
  expect(await daemon.inside('web3', '/bin/busybox ip route')).toContain('default via 192.168.2.1');
});

test('dnsmasq that is killed comes back, and knows guests that come and go', async () => {
  const before = await pidOf('default');
  expect(before).toBeGreaterThan(0);
  process.kill(before, 'SIGKILL');
  await expect.poll(() => pidOf('default'), { timeout: 10_000 }).not.toBe(before);
  await expect.poll(() => ask('web1', 'web2.lab.example', '192.168.2.1')).toContain('192.168.3.2');
  const running = await pidOf('default');
  await makeTinyRoot(daemon.root('web4'));
  await daemon.define('web4', '[Guest]\nAutostart=no\nAddress=192.168.2.44\n');
  await expect.poll(() => ask('web1', 'web4.uml', '192.168.2.1')).toContain('192.168.2.44');
  expect(await pidOf('default')).toBe(running);
});

test('the next daemon takes it over', async () => {
  const before = await pidOf('default');
  await daemon.kill('SIGKILL');
  await daemon.start();
  expect(await pidOf('default')).toBe(before);
  expect(await ask('web1', 'web2.lab.example', '192.168.2.1')).toContain('192.168.3.2');
});

describe('a port that somebody else has', () => {
  const other = createSocket('udp4');

  test('is told, and keeps no guest that does without', async () => {
    await execa('ip', ['address', 'add', '192.168.4.1/32', 'dev', 'lo']);
    await new Promise<void>((resolve) => other.bind(53, '192.168.4.1', resolve));
    const network = join(daemon.directory, 'etc/umlnfs.d/busy.network');
    await writeFile(network, '[Bridge]\nAddress=192.168.4.1/24\n');
    await daemon.addGuest('web5', '192.168.4.5', '[Network]\nBridge=busy\n');
    await daemon.until('web5', { state: 'running' });
    const who = `in use: there is \\S+ \\(pid ${process.pid}\\) on 192.168.4.1:53`;
    expect(daemon.output).toMatch(new RegExp(`cannot start dnsmasq on umlbr-busy: .*${who}`));
    expect(await ask('web1', 'web5.uml', '192.168.2.1')).toContain('192.168.4.5');
  });

  test('keeps waiting who needs it, in words', async () => {
    await makeTinyRoot(daemon.root('web6'));
    await daemon.define('web6', '[Guest]\nMemory=64M\n[Network]\nBridge=busy\nAutoconf=dhcp\n');
    await daemon.cli('reload');
    const problem = async () => (await daemon.status('web6')).problem;
    await expect.poll(problem, { timeout: 10_000 }).toContain('cannot start dnsmasq on umlbr-busy');
  });

  test('is taken when it is free', async () => {
    await new Promise<void>((resolve) => other.close(() => resolve()));
    await daemon.until('web6', { state: 'running' });
    expect(await ask('web5', 'web1.uml', '192.168.4.1')).toContain('192.168.2.2');
  });
});

test('the daemon that ends with its guests takes everything with it', async () => {
  const pids = [await pidOf('default'), await pidOf('lab')];
  await daemon.kill('SIGTERM');
  for (const pid of pids) await expect(execa('kill', ['-0', String(pid)])).rejects.toThrow();
  expect(await hosts()).toBe('127.0.0.1 localhost\n::1 other\n');
});
