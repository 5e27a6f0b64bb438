import { afterEach, expect, test } from 'vitest';
import { messageIds } from '../../src/adapters/log/message-ids.ts';
import { until } from '../support/poll.ts';
import { tinyGuest, unitJournal, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const health = '[Health]\nIntervalSec=200ms\nTimeoutSec=300ms\nThreshold=2\n';
const quickly = '[Restart]\nDelaySec=100ms\n';

const host = useContainer(async (container) => {
  await install(container);
  await tinyGuest(container, 'web1', '192.168.2.2', 'Autostart=no\n');
});

afterEach(() => host().exec('systemctl', 'stop', 'umlnfs@web1'));

async function defined(more: string): Promise<void> {
  const text = `[Guest]\nAddress=192.168.2.2\nMemory=64M\nAutostart=no\n${more}`;
  await host().write('/etc/umlnfs.d/web1.conf', text);
  await host().exec('systemctl', 'reload', 'umlnfsd');
}

/** Starts the guest with these further lines in its definition; gives its process. */
async function started(more: string): Promise<string> {
  const container = host();
  await defined(more);
  await container.exec('systemctl', 'start', 'umlnfs@web1');
  return unitProperty(container, 'web1', 'MainPID');
}

async function inGuest(line: string): Promise<void> {
  await host().sh(`printf '%s\\n' '${line}' | timeout 20 umlnfs console web1 || :`);
}

/** What umlnfs status says, whose exit status tells whether the guest runs. */
async function umlnfsStatus(): Promise<Record<string, unknown>> {
  return JSON.parse((await host().try('umlnfs', 'status', '--json', 'web1')).stdout)[0];
}

async function lastEnd(reason: string): Promise<void> {
  await until(`an end by ${reason}`, async () => (await umlnfsStatus()).lastEndReason === reason);
}

const state = () => unitProperty(host(), 'web1', 'ActiveState');

/** Waits until it runs again, in another process. */
async function runsAgain(pid: string): Promise<void> {
  await until(
    'the guest to run again',
    async () => {
      const now = await unitProperty(host(), 'web1', 'MainPID');
      return now !== '0' && now !== pid && (await state()) === 'active';
    },
    60_000,
  );
}

test.each([
  ['and tells so by its exit status', 'echo 133 > /proc/exitcode; reboot -f'],
  ['and only its console tells so', 'reboot -f'],
])('a guest that reboots %s is started again', async (_, command) => {
  const pid = await started(quickly);
  await inGuest(command);
  await runsAgain(pid);
  await lastEnd('reboot');
});

test('a guest that powers off stays off', async () => {
  await started(quickly);
  await inGuest('poweroff -f');
  await until('the end of the guest', async () => (await state()) === 'inactive', 30_000);
  await lastEnd('power-off');
  await host().exec('systemctl', 'reload', 'umlnfsd');
  expect(await state()).toBe('inactive');
  expect(await unitProperty(host(), 'web1', 'Result')).toBe('success');
});

test('a guest whose kernel panics is started again', async () => {
  const pid = await started(quickly);
  await inGuest('mount -t proc proc /proc; echo c > /proc/sysrq-trigger');
  await runsAgain(pid);
  await lastEnd('panic');
});

test('what a kernel that panics at its start said last is in the journal', async () => {
  const container = host();
  await container.write('/export/web1/sbin/quit', '#!/bin/busybox sh\nexit 3\n');
  await container.exec('chmod', '755', '/export/web1/sbin/quit');
  await defined('Init=/sbin/quit\n[Restart]\nPolicy=no\n');
  expect((await container.try('systemctl', 'start', 'umlnfs@web1')).status).not.toBe(0);
  const journal = await unitJournal(container, 'web1');
  expect(journal).toMatch(/Kernel panic - not syncing: Attempted to kill init!/);
  await lastEnd('panic');
});

test('a guest that hangs gets the result of a watchdog, and is started again', async () => {
  const container = host();
  const pid = await started(health + quickly);
  await container.exec('systemctl', 'kill', '--signal=STOP', '--kill-whom=main', 'umlnfs@web1');
  await runsAgain(pid);
  await lastEnd('hang');
  const journal = await unitJournal(container, 'web1');
  expect(journal).toMatch(/Failed with result 'watchdog'/);
  expect(journal).toMatch(/Watchdog request \(last status: .*health checks failed/);
});

test('a guest of which only the port does not answer writes what it has before it is killed', async () => {
  const container = host();
  const pid = await started(`${health.replace('TimeoutSec=300ms', 'TimeoutSec=5s')}TCPPort=9\n${quickly}`);
  await runsAgain(pid);
  const journal = await unitJournal(container, 'web1');
  expect(journal).toMatch(/Emergency Sync.*Emergency Remount.*Watchdog request [^\n]*TCP port 9/s);
});

test('a guest that is not ready in time fails by that', async () => {
  const container = host();
  await defined('StartTimeoutSec=300ms\n[Restart]\nPolicy=no\n');
  expect((await container.try('systemctl', 'start', 'umlnfs@web1')).status).not.toBe(0);
  expect(await unitProperty(container, 'web1', 'Result')).toBe('timeout');
  await lastEnd('start-timeout');
});

test('systemctl stop wins over a restart that is due', async () => {
  const container = host();
  await started('[Restart]\nDelaySec=30s\n');
  await container.exec('systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'umlnfs@web1');
  const waits = async () => (await unitProperty(container, 'web1', 'SubState')) === 'auto-restart';
  await until('the pause before the restart', waits);
  await container.exec('systemctl', 'stop', 'umlnfs@web1');
  await container.exec('systemctl', 'reload', 'umlnfsd');
  expect(await state()).toBe('inactive');
  expect(await container.sh('systemctl list-jobs --no-legend "umlnfs@*"')).toBe('');
});

test('a guest that crashes while its kernel is away starts when that is back, however often it was tried', async () => {
  const container = host();
  await container.exec('cp', '--dereference', '/usr/bin/linux.uml', '/opt/linux');
  const pid = await started('Kernel=/opt/linux\n[Restart]\nBurst=2\nDelaySec=100ms\n');
  await container.exec('mv', '/opt/linux', '/opt/away');
  await container.exec('systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'umlnfs@web1');
  const refusals = () =>
    container.sh(
      'journalctl --no-pager --output=cat --unit=umlnfs@web1 | grep -c "cannot .*/opt/linux" || :',
    );
  await until('more attempts than are allowed', async () => Number(await refusals()) > 5, 60_000);
  await container.exec('mv', '/opt/away', '/opt/linux');
  await runsAgain(pid);
});

test('a guest that fails too often is left alone until it is reset', async () => {
  const container = host();
  const since = await container.sh('date +%s.%N');
  let pid = await started('[Restart]\nBurst=2\nDelaySec=100ms\n');
  for (let fall = 1; fall <= 3; fall += 1) {
    await container.exec('systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'umlnfs@web1');
    if (fall === 3) break;
    await runsAgain(pid);
    pid = await unitProperty(container, 'web1', 'MainPID');
  }
  await until('the end of the restarts', async () => (await state()) === 'failed', 30_000);
  await until('the daemon to know', async () => (await umlnfsStatus()).state === 'failed');
  expect((await umlnfsStatus()).restarts).toBeGreaterThanOrEqual(2);
  const told = (id: string) =>
    container.sh(`journalctl --quiet --output=cat UMLNFS_GUEST=web1 MESSAGE_ID=${id} --since=@${since}`);
  await until('the daemon to tell', async () => (await told(messageIds.quarantined.id)) !== '');
  expect((await told(messageIds.quarantined.id)).trim().split('\n')).toHaveLength(1);
  expect((await told(messageIds.backoff.id)).trim().split('\n')).toHaveLength(3);
  await container.exec('umlnfs', 'reset', 'web1');
  expect(await state()).toBe('active');
});
