import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;
const network = () => join(daemon.directory, 'etc/umlnfs.d/lab.network');
const lab = '[Bridge]\nAddress=192.168.3.1/24\nIPv6Address=fd00:3::1/64\n';

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('web1', '192.168.2.2');
  await daemon.start();
  await daemon.until('web1', { state: 'running' });
});
afterAll(() => daemon?.dispose());

async function bridges(): Promise<string[]> {
  // Others the host makes itself, as dnsmasq announces the network.
  const { stdout } = await execa('ip', ['-br', 'address', 'show', 'type', 'bridge', 'permanent']);
  return stdout.split('\n').map((line) =>
    line
      .replace(/ fe80\S+/, '')
      .trim()
      .split(/\s+/)
      .join(' '),
  );
}

test('a network comes live, and guests run in both', async () => {
  const { pid } = await daemon.status('web1');
  await writeFile(network(), lab);
  await daemon.addGuest('web2', '192.168.3.2', '[Network]\nBridge=lab\n');
  await daemon.until('web2', { state: 'running' });
  expect(await bridges()).toEqual(['uml0 UP 192.168.2.1/24', 'umlbr-lab UP 192.168.3.1/24 fd00:3::1/64']);
  // Its root is read through its own bridge; that of the first guest goes on, though the server began anew.
  expect(await daemon.inside('web2', 'cat /proc/mounts')).toContain('192.168.3.1:/');
  expect(await daemon.inside('web1', 'cat /proc/mounts')).toContain('192.168.2.1:/');
  expect((await daemon.status('web1')).pid).toBe(pid);
});

test('a guest without Address= has one, and keeps it over a restart of the daemon', async () => {
  await makeTinyRoot(daemon.root('web3'));
  await daemon.define('web3', '[Guest]\nMemory=64M\n[Network]\nBridge=lab\n');
  await daemon.until('web3', { state: 'running' });
  const { address, pid } = await daemon.status('web3');
  expect(address).toMatch(/^192\.168\.3\.\d+$/);
  expect(await daemon.inside('web3', 'ifconfig vec0')).toContain(`inet addr:${address} `);

  // The network is half as large now, and the address that would be picked another one.
  await writeFile(network(), `${lab}Range=192.168.3.250-192.168.3.253\n`);
  await daemon.kill('SIGKILL');
  await daemon.start();
  await daemon.until('web3', { state: 'running' });
  expect(await daemon.status('web3')).toMatchObject({ address, pid });
});

test('a network that has another address has the former no more, and its guests are shut down in order', async () => {
  const other = lab.replace('192.168.3.1/', '192.168.3.254/').replace('fd00:3::1/', 'fd00:3::254/');
  await writeFile(network(), other);
  await expect
    .poll(bridges, { timeout: 60_000 })
    .toEqual(['uml0 UP 192.168.2.1/24', 'umlbr-lab UP 192.168.3.254/24 fd00:3::254/64']);
  for (const guest of ['web2', 'web3']) {
    await daemon.until(guest, { state: 'running', lastEndReason: 'stopped' });
    expect((await daemon.status(guest)).lastEndDetail).toMatch(/Power down|System halted/);
    expect(await daemon.inside(guest, 'cat /proc/mounts')).toContain('192.168.3.254:/');
  }
});

test('a network that is removed leaves its guests running, and its bridge with them', async () => {
  const before = await daemon.status('web2');
  await rm(network());
  const problem = async () => (await daemon.status('web2')).problem;
  await expect.poll(problem, { timeout: 10_000 }).toContain('there is no network lab');
  expect(await daemon.inside('web2', 'echo fine')).toBe('fine\n');
  expect((await daemon.status('web2')).pid).toBe(before.pid);
  expect(await bridges()).toHaveLength(2);

  await rm(daemon.definition('web2'));
  await rm(daemon.definition('web3'));
  await expect.poll(bridges, { timeout: 30_000 }).toEqual(['uml0 UP 192.168.2.1/24']);
  expect(await daemon.inside('web1', 'echo fine')).toBe('fine\n');
});
