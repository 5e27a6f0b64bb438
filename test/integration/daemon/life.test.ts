import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest(
    'web1',
    '192.168.2.2',
    'StopTimeoutSec=5\n[Health]\nIntervalSec=300ms\nTimeoutSec=500ms\n[Restart]\nDelaySec=100ms\n',
  );
  await daemon.start();
});
afterAll(() => daemon?.dispose());

describe('the life of a guest', () => {
  test('it becomes ready, from an NFS root on this host, as an unprivileged user on a tap of its own', async () => {
    const status = await daemon.until('web1', { state: 'running', health: 'ok' });
    expect(status).toMatchObject({
      address: '192.168.2.2',
      tap: 'uml-web1',
      rootServer: '192.168.2.1',
      restarts: 0,
    });
    expect(status.readySeconds).toBeGreaterThan(0);
    await expect.poll(async () => (await daemon.status('web1')).console).toMatch(/^\/dev\/pts\/\d+$/);
    expect(await daemon.inside('web1', 'grep " / " /proc/mounts')).toMatch(/^192\.168\.2\.1:\S+ \/ nfs4 rw,/);
    const { stdout } = await execa('ps', ['-o', 'uid=', '-p', String(status.pid)]);
    expect(Number(stdout)).toBeGreaterThan(65_536);
    const tap = await execa('ip', ['-json', '-details', 'link', 'show', 'uml-web1']);
    expect(JSON.parse(tap.stdout)).toMatchObject([{ master: 'uml0', ifalias: 'umlnfs:web1' }]);
  });

  test('its console can be left and taken again', async () => {
    for (const word of ['first', 'second', 'third']) {
      const { stdout, stderr } = await daemon.cliGiven(`echo ${word} word\n`, 'console', 'web1');
      expect(stdout, stderr).toMatch(new RegExp(`^${word} word`, 'm'));
    }
  });

  test('killed, it is started again', async () => {
    const { pid } = await daemon.until('web1', { state: 'running' });
    process.kill(pid, 'SIGKILL');
    const again = await daemon.until('web1', { state: 'running', restarts: 1 });
    expect(again.pid).not.toBe(pid);
    expect(again.lastEndReason).toBe('killed');
  });

  test('panicked, it is started again', async () => {
    await daemon.endFromInside('web1', 'echo c > /proc/sysrq-trigger');
    const again = await daemon.until('web1', { state: 'running', restarts: 2 });
    expect(again.lastEndReason).toBe('panic');
  });

  test('hung, it is killed and started again', async () => {
    const { pid } = await daemon.until('web1', { state: 'running' });
    process.kill(pid, 'SIGSTOP');
    const again = await daemon.until('web1', { state: 'running', restarts: 3 });
    expect(again.lastEndReason).toBe('hang');
    expect(again.lastEndDetail).toContain('3 health checks in a row failed');
  });

  test('rebooted from inside, it is started again', async () => {
    await daemon.endFromInside('web1', 'reboot -f');
    const again = await daemon.until('web1', { state: 'running', restarts: 4 });
    expect(again.lastEndReason).toBe('reboot');
  });

  test('powered off from inside, it stays stopped until somebody starts it', async () => {
    await daemon.endFromInside('web1', 'poweroff -f');
    const off = await daemon.until('web1', { state: 'stopped' });
    // Kernels without a way to switch the power off say that they halted.
    expect(off.lastEndReason).toMatch(/^(power-off|halt)$/);
    expect((await daemon.cli('reload')).exitCode).toBe(0);
    expect(await daemon.status('web1')).toMatchObject({ state: 'stopped' });
    expect(await daemon.cli('start', 'web1')).toMatchObject({ exitCode: 0 });
    expect(await daemon.status('web1')).toMatchObject({ state: 'running' });
  });

  test('stopped by an operator, it goes down in order and stays down', async () => {
    expect(await daemon.cli('stop', 'web1')).toMatchObject({ exitCode: 0 });
    const stopped = await daemon.status('web1');
    expect(stopped).toMatchObject({ state: 'stopped', lastEndReason: 'stopped' });
    expect(stopped.lastEndDetail).toMatch(/Power down|System halted/);
    expect(await daemon.cli('start', 'web1')).toMatchObject({ exitCode: 0 });
  });

  test('that does not heed ctrl-alt-del, it is halted when its time is over', async () => {
    await daemon.addGuest('deaf', '192.168.2.3', 'StopTimeoutSec=1\n');
    const init = join(daemon.root('deaf'), 'sbin/init');
    await writeFile(init, (await readFile(init, 'utf8')).replace("trap 'poweroff -f' INT", "trap '' INT"));
    const { pid } = await daemon.until('deaf', { state: 'running' });
    const begun = performance.now();
    expect(await daemon.cli('stop', 'deaf')).toMatchObject({ exitCode: 0 });
    expect(performance.now() - begun).toBeGreaterThan(1_000);
    expect(() => process.kill(pid, 0)).toThrow();
    const phases = daemon.log.filter((line) => line.guest === 'deaf' && line.step === 'guest.stop');
    expect(phases.map((line) => line.msg)).toEqual([
      'stop guest deaf by ctrl-alt-del',
      'stop guest deaf by sync',
      'stop guest deaf by halt',
    ]);
  });
});
