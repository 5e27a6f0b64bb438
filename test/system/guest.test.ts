import { describe, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { debianGuest, tinyGuest, unitJournal, unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

// A guest as an administrator makes it: a Debian root, and a definition of two lines.
const host = useContainer(async (container) => {
  await install(container);
  await debianGuest(container, 'web1', '192.168.2.2');
});

test('systemctl start returns when the guest is ready', async () => {
  const container = host();
  await container.exec('systemctl', 'start', 'umlnfs@web1');
  expect(await unitProperty(container, 'web1', 'ActiveState')).toBe('active');
  const [status] = JSON.parse(await container.exec('umlnfs', 'status', '--json', 'web1'));
  expect(status).toMatchObject({ state: 'running', address: '192.168.2.2', rootDirectory: '/export/web1' });
  const pid = Number(await unitProperty(container, 'web1', 'MainPID'));
  expect(status.pid).toBe(pid);
  expect(await container.exec('readlink', `/proc/${pid}/exe`)).toContain('linux');
});

test('its kernel is an ordinary user with no capabilities, and sees nothing of the host it could change', async () => {
  const container = host();
  const status = await container.read(`/proc/${await unitProperty(container, 'web1', 'MainPID')}/status`);
  expect(status).toMatch(/^Uid:\t(18\d{8})\t\1\t\1\t\1$/m);
  expect(status).toMatch(/^CapEff:\t0{16}$/m);
  expect(status).toMatch(/^CapBnd:\t0{16}$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
});

test('systemctl status tells the address and that it is well', async () => {
  const container = host();
  await until('the status line', async () =>
    /running.*192\.168\.2\.2/.test(await unitProperty(container, 'web1', 'StatusText')),
  );
});

test('its console is in the journal, beside what the daemon says about it', async () => {
  const container = host();
  const journal = await container.exec('journalctl', '--no-pager', '--output=json', 'UMLNFS_GUEST=web1');
  const entries = journal.split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  const units = new Set(entries.map((entry) => entry._SYSTEMD_UNIT));
  expect(units).toContain('umlnfs@web1.service');
  expect(units).toContain('umlnfsd.service');
  const daemons = entries.filter((entry) => entry._SYSTEMD_UNIT === 'umlnfsd.service');
  expect(daemons.some((entry) => entry.MESSAGE_ID !== undefined)).toBe(true);
});

test('its root is on NFS, as its own shell sees it', async () => {
  // The shell comes to the console some time after the guest is ready.
  const typed = `echo 'grep " / " /proc/mounts' | umlnfs console web1`;
  await until(
    'the answer of the shell',
    async () => {
      const { stdout } = await host().try('sh', '-c', typed);
      return /192\.168\.2\.1:\/\S* \/ nfs4 rw/.test(stdout);
    },
    60_000,
  );
});

test('limits of systemctl edit hold for the guest that runs, and outlive its restart', async () => {
  const container = host();
  await container.write(
    '/etc/systemd/system/umlnfs@web1.service.d/limits.conf',
    '[Service]\nMemoryMax=400M\n',
  );
  await container.sh('systemctl daemon-reload');
  expect(await unitProperty(container, 'web1', 'MemoryMax')).toBe(String(400 * 1024 ** 2));
  await container.exec('systemctl', 'restart', 'umlnfs@web1');
  expect(await unitProperty(container, 'web1', 'MemoryMax')).toBe(String(400 * 1024 ** 2));
  expect(await unitProperty(container, 'web1', 'ActiveState')).toBe('active');
});

test('systemctl stop shuts it down in order, and it stays so', async () => {
  const container = host();
  await container.exec('systemctl', 'stop', 'umlnfs@web1');
  expect(await unitProperty(container, 'web1', 'Result')).toBe('success');
  const console = await unitJournal(container, 'web1');
  expect(console).toMatch(/reboot: Power down/);
  // A pass of the daemon has seen it.
  await container.exec('systemctl', 'reload', 'umlnfsd');
  expect(await unitProperty(container, 'web1', 'ActiveState')).toBe('inactive');
});

test('small guests start, since their kernels do not do too much at once', async () => {
  const container = host();
  // More than a third of their memory is the initramfs while it is unpacked.
  const names = ['small1', 'small2', 'small3', 'small4'];
  for (const [index, name] of names.entries())
    await tinyGuest(
      container,
      name,
      `192.168.2.${index + 10}`,
      'Autostart=no\n[Restart]\nPolicy=no\n',
      '48M',
    );
  await container.exec('systemctl', 'start', ...names.map((name) => `umlnfs@${name}`));
});

describe('a kernel in a home directory', () => {
  const kernel = '/home/ann/linux';

  test('is one that a guest can run, which sees nothing else of there', async () => {
    const container = host();
    await container.sh(
      `mkdir -p -m 755 /home/ann; cp /usr/bin/linux.uml ${kernel}; echo secret > /home/ann/mail; chmod 644 /home/ann/mail`,
    );
    await tinyGuest(container, 'ann', '192.168.2.20', `Autostart=no\nKernel=${kernel}\n`);
    await container.exec('systemctl', 'start', 'umlnfs@ann');
    expect(await unitProperty(container, 'ann', 'ActiveState')).toBe('active');
    const pid = await unitProperty(container, 'ann', 'MainPID');
    expect(await container.exec('ls', `/proc/${pid}/root/home/ann`)).toBe('linux');
  });

  test('does not hinder the stop in order when it has gone, and the next start tells of it', async () => {
    const container = host();
    await container.exec('rm', kernel);
    await container.exec('systemctl', 'stop', 'umlnfs@ann');
    expect(await unitProperty(container, 'ann', 'Result')).toBe('success');
    const console = await unitJournal(container, 'ann');
    expect(console).toMatch(/reboot: Power down/);
    expect((await container.try('systemctl', 'start', 'umlnfs@ann')).status).not.toBe(0);
    await until('the reason in the status', async () => {
      const shown = await container.try('systemctl', 'status', '--no-pager', '--full', 'umlnfs@ann');
      return new RegExp(`cannot .*${kernel}`).test(shown.stdout);
    });
  });
});
