import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('web1', '192.168.2.2', '[Restart]\nDelaySec=100ms\n');
  await daemon.start();
  await daemon.until('web1', { state: 'running' });
});
afterAll(() => daemon?.dispose());

/** Resolves when the guest can read its root again, which takes the whole way from its process to the server. */
async function rootWorks(): Promise<void> {
  expect(await daemon.inside('web1', 'echo fine')).toBe('fine\n');
}

async function pidOf(program: string): Promise<number> {
  const { stdout } = await execa('pgrep', ['-o', '-f', `${program}.*${daemon.directory}`]);
  return Number(stdout);
}

describe('what is broken by hand is repaired, and the guest goes on', () => {
  test('the bridge', async () => {
    const { pid } = await daemon.status('web1');
    await execa('ip', ['link', 'delete', 'uml0']);
    const master = async () =>
      (await execa('ip', ['-br', 'link', 'show', 'master', 'uml0'], { reject: false })).stdout;
    await expect.poll(master).toContain('uml-web1');
    await rootWorks();
    expect((await daemon.status('web1')).pid).toBe(pid);
  });

  test("the bridge's name, changed in the host file", async () => {
    const { pid } = await daemon.status('web1');
    const bridges = async () =>
      (await execa('ip', ['-br', 'link', 'show', 'type', 'bridge'])).stdout
        .split('\n')
        .map((line) => line.split(' ')[0]);
    const file = join(daemon.directory, 'etc/umlnfs.conf');
    const before = await readFile(file, 'utf8');
    await writeFile(file, `${before}[Bridge]\nName=other0\n`);
    await expect.poll(bridges).toEqual(['other0']);
    await rootWorks();
    await writeFile(file, before);
    await expect.poll(bridges).toEqual(['uml0']);
    await rootWorks();
    expect((await daemon.status('web1')).pid).toBe(pid);
  });

  test('the NFS server', async () => {
    const { pid } = await daemon.status('web1');
    const server = await pidOf('ganesha.nfsd');
    process.kill(server, 'SIGKILL');
    await expect.poll(() => pidOf('ganesha.nfsd').catch(() => server), { timeout: 20_000 }).not.toBe(server);
    await rootWorks();
    expect((await daemon.status('web1')).pid).toBe(pid);
  });

  test('the tap, though that takes a restart of the guest', async () => {
    const { restarts } = await daemon.status('web1');
    await execa('ip', ['link', 'delete', 'uml-web1']);
    const again = await daemon.until('web1', { state: 'running', restarts: restarts + 1 });
    expect(again.lastEndDetail).toContain('its tap uml-web1 was deleted');
    await rootWorks();
  });
});

describe('the daemon itself', () => {
  test('killed and started anew, it adopts the guest without restarting it', async () => {
    const { pid } = await daemon.status('web1');
    const uptime = async () => Number.parseFloat(await daemon.inside('web1', 'cat /proc/uptime'));
    const before = await uptime();
    await daemon.kill('SIGKILL');
    await daemon.start();
    expect(await daemon.until('web1', { state: 'running' })).toMatchObject({ pid, restarts: 0 });
    expect(await uptime()).toBeGreaterThan(before);
    await daemon.until('web1', { health: 'ok' });
  });

  test('an adopted guest that is killed is started again', async () => {
    const { pid } = await daemon.status('web1');
    process.kill(pid, 'SIGKILL');
    const again = await daemon.until('web1', { state: 'running', restarts: 1 });
    expect(again.pid).not.toBe(pid);
  });

  test('ended, it shuts the guest down in order and takes its servers with it', async () => {
    const log = join(daemon.directory, 'log/web1/console.log');
    const servers = [await pidOf('ganesha.nfsd'), await pidOf('dbus-daemon')];
    const { pid } = await daemon.status('web1');
    expect(await daemon.kill('SIGTERM')).toBe(0);
    expect(await readFile(log, 'utf8')).toMatch(/reboot: (Power down|System halted)/);
    for (const ended of [pid, ...servers]) expect(() => process.kill(ended, 0)).toThrow();
  });
});
