import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { tinyGuest, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(async (container) => {
  await install(container);
  await tinyGuest(container, 'web1', '192.168.2.2', 'Autostart=no\n');
  // The limit is the unit's own, over a shorter time than tests can wait for.
  await container.write(
    '/etc/systemd/system/umlnfs@web1.service.d/test.conf',
    '[Service]\nLogRateLimitIntervalSec=10s\n',
  );
  await container.exec('systemctl', 'daemon-reload');
  await container.exec('systemctl', 'start', 'umlnfs@web1');
});

type Entry = Readonly<Record<string, string | undefined>>;

/** Entries of the journal, the oldest first. */
async function entries(...matches: string[]): Promise<Entry[]> {
  const text = await host().exec('journalctl', '--no-pager', '--all', '--output=json', ...matches);
  return text.split('\n').map((line) => JSON.parse(line) as Entry);
}

async function inGuest(line: string): Promise<void> {
  await host().sh(`printf '%s\\n' '${line}' | timeout 60 umlnfs console web1 || :`);
}

test('lines of the kernel have its levels', async () => {
  const console = await entries('_SYSTEMD_UNIT=umlnfs@web1.service');
  const version = console.find((entry) => entry.MESSAGE?.startsWith('Linux version'));
  expect(version?.PRIORITY).toBe('5');
  expect(console.find((entry) => entry.MESSAGE?.startsWith('Run /'))?.PRIORITY).toBe('6');
  expect(console.every((entry) => entry.UMLNFS_GUEST === 'web1')).toBe(true);
});

test('guests have no journal files of their own', async () => {
  const guest = (await host().exec('id', '--user', 'umlnfs-guest')).trim();
  const console = await entries('_SYSTEMD_UNIT=umlnfs@web1.service', '_TRANSPORT=stdout');
  expect(new Set(console.map((entry) => entry._UID))).toEqual(new Set([guest]));
  const uid = /^Uid:\t(\d+)/m.exec(
    await host().read(`/proc/${await unitProperty(host(), 'web1', 'MainPID')}/status`),
  )?.[1];
  expect(Number(uid)).toBeGreaterThan(1_000_000);
  const files = await host().sh('find /var/log/journal /run/log/journal -name "user-*" 2>/dev/null || :');
  expect(files).not.toContain(uid);
});

test('no guest can speak to all terminals of the host', async () => {
  await inGuest('echo "<0>listen all" > /dev/console');
  const found = await until('the line', async () =>
    (await entries('UMLNFS_GUEST=web1')).find((entry) => entry.MESSAGE?.endsWith('listen all')),
  );
  expect(found).toMatchObject({ MESSAGE: 'listen all', PRIORITY: '2' });
});

test('what the daemon says of a guest has fields to find it by', async () => {
  const said = await entries('UMLNFS_GUEST=web1', '_SYSTEMD_UNIT=umlnfsd.service');
  const start = said.find((entry) => entry.UMLNFS_STEP === 'guest.start');
  expect(start?.UMLNFS_REASON).toBeTruthy();
  const ready = said.find((entry) => /is ready/.test(entry.MESSAGE ?? ''));
  expect(ready?.MESSAGE_ID).toMatch(/^[0-9a-f]{32}$/);
});

test('a guest that floods its console does not flood the journal, and runs on', async () => {
  const container = host();
  const lines = 60_000;
  const text = Array.from({ length: lines }, (_, index) => `flood ${index}\n`).join('');
  await container.write('/export/web1/flood', text);
  // Beyond the life of the console it is asked for on.
  await inGuest('setsid sh -c "cat /flood > /dev/console; echo over > /over" &');
  await until('the end of the flood', () => existsSync(container.path('/export/web1/over')), 60_000);
  // journald tells what it dropped with the first line after the interval.
  await until(
    'journald to tell',
    async () => {
      await inGuest('echo after the flood > /dev/console');
      const told = ['journalctl', '--no-pager', '--grep=Suppressed [0-9]* messages from umlnfs@web1'];
      return (await container.try(...told)).status === 0;
    },
    60_000,
  );
  const kept = await container.sh(
    'journalctl --no-pager --output=cat --unit=umlnfs@web1 | grep -c "^flood "',
  );
  expect(Number(kept)).toBeLessThan(lines / 3);
  const [status] = JSON.parse(await container.exec('umlnfs', 'status', '--json', 'web1'));
  expect(status).toMatchObject({ state: 'running', health: 'ok' });
});
