import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import { unitProperty } from './container/guests.ts';
import { install, useContainer } from './container/use-container.ts';

/** How long (s) a guest of the class takes to say that it is ready, and how long it may. */
const boots = 5;
const limit = 15;

// A class as a teacher makes it: one root, one file.
const host = useContainer(async (container) => {
  await install(container);
  const base = container.path('/export/base');
  await makeTinyRoot(base);
  const init = await readFile(`${base}/sbin/init`, 'utf8');
  await writeFile(`${base}/sbin/init`, init.replace('echo READY=1', `sleep ${boots}; echo READY=1`));
  // What the daemon itself could not make, within its walls.
  await chmod(`${base}/bin/busybox`, 0o4755);
  await container.sh(`mknod ${'/export/base/dev/null'} c 1 3`);
  await container.write('/etc/umlnfs.conf', '[Limits]\nParallelStarts=1\n');
  await container.write(
    '/etc/umlnfs.d/lab@.conf',
    `[Template]\nInstances=01-04\nFirstAddress=192.168.2.101\n[Guest]\nDescription=Seat %i\nMemory=64M\nAutostart=no\nStartTimeoutSec=${limit}\n[Root]\nClone=base\n[Restart]\nPolicy=no\n`,
  );
});

test('systemctl start makes the root of an instance, and returns when it is ready', async () => {
  const container = host();
  await container.exec('systemctl', 'start', 'umlnfs@lab:01');
  expect(await unitProperty(container, 'lab:01', 'ActiveState')).toBe('active');
  const [status] = JSON.parse(await container.exec('umlnfs', 'status', '--json', 'lab:01'));
  expect(status).toMatchObject({
    state: 'running',
    address: '192.168.2.101',
    rootDirectory: '/export/lab-01',
  });
  const found = await container.exec(
    'stat',
    '--format=%a %F',
    '/export/lab-01/bin/busybox',
    '/export/lab-01/dev/null',
  );
  expect(found).toMatch(/^4755 regular file\n\d+ character special file$/);
  expect(
    await container.exec('systemctl', 'show', '--property=Description', '--value', 'umlnfs@lab:01'),
  ).toContain('Seat 01');
});

test('its name goes through everything: journal, bus, console and status', async () => {
  const container = host();
  const journal = await container.exec('journalctl', '--no-pager', '--output=json', 'UMLNFS_GUEST=lab:01');
  const units = new Set(
    journal.split('\n').map((line) => (JSON.parse(line) as Record<string, string>)._SYSTEMD_UNIT),
  );
  expect([...units]).toEqual(expect.arrayContaining(['umlnfs@lab:01.service', 'umlnfsd.service']));
  const state = ['get-property', 'org.umlnfs1', '/org/umlnfs1/guest/lab_3a01', 'org.umlnfs1.Guest', 'State'];
  expect(await container.exec('busctl', ...state)).toBe('s "running"');
  expect(
    await container.sh("echo 'cat /proc/sys/kernel/hostname' | umlnfs console --idle=10 lab:01"),
  ).toContain('lab-01');
  await until('the status line', async () =>
    /running at 192\.168\.2\.101/.test(await unitProperty(container, 'lab:01', 'StatusText')),
  );
  expect(await container.exec('umlnfs', 'logs', 'lab:01')).toContain('Linux version');
});

test('all that start at once get their turns, however long the last has to wait', async () => {
  const container = host();
  await container.exec('systemctl', 'stop', 'umlnfs@lab:01');
  const began = performance.now();
  await container.exec(
    'systemctl',
    'start',
    'umlnfs@lab:01',
    'umlnfs@lab:02',
    'umlnfs@lab:03',
    'umlnfs@lab:04',
  );
  expect(performance.now() - began).toBeGreaterThan(limit * 1000);
  expect(await container.exec('umlnfs', 'status', 'lab@')).toMatch(/^(lab:0\d +running.*\n?|NAME.*\n){5}$/);
});

test('a pattern restarts those it matches, and systemd stops them by one too', async () => {
  const container = host();
  const pid = await unitProperty(container, 'lab:04', 'MainPID');
  await container.exec('umlnfs', 'restart', 'lab:0[12]');
  expect(await unitProperty(container, 'lab:04', 'MainPID')).toBe(pid);
  await container.exec('systemctl', 'stop', 'umlnfs@lab:*');
  expect(await container.exec('umlnfs', 'status', 'lab@').catch(String)).not.toMatch(/running/);
});

test('an instance that does not exist, and a root that cannot be made, are refused in words', async () => {
  const container = host();
  const unknown = await container.try('systemctl', 'start', 'umlnfs@lab:77');
  expect(unknown.status).not.toBe(0);
  const told = async (name: string) =>
    (await container.try('systemctl', 'status', '--no-pager', '--full', `umlnfs@${name}`)).stdout;
  expect(await told('lab:77')).toContain('write 77 into Instances= of /etc/umlnfs.d/lab@.conf');
  await container.sh('mv /export/base /export/gone; rm -r /export/lab-03');
  expect((await container.try('systemctl', 'start', 'umlnfs@lab:03')).status).not.toBe(0);
  expect(await told('lab:03')).toContain('there is no root /export/base');
  await container.sh('mv /export/gone /export/base; systemctl start umlnfs@lab:03');
  expect(await unitProperty(container, 'lab:03', 'ActiveState')).toBe('active');
});

test('one that is taken out of the template ends, and its unit is as if it had never been', async () => {
  const container = host();
  await container.sh(
    "sed -i 's/^Instances=.*/Instances=01-02/' /etc/umlnfs.d/lab@.conf; systemctl reload umlnfsd",
  );
  await until(
    'its end',
    async () => (await unitProperty(container, 'lab:03', 'ActiveState')) === 'inactive',
    60_000,
  );
  await until('the drop-ins to go', async () => {
    const names = await container.exec('ls', '/run/systemd/system');
    return names.includes('umlnfs@lab:01.service.d') && !names.includes('umlnfs@lab:03');
  });
  expect(await container.exec('ls', '/export')).toContain('lab-03');
});

test('where the base has a file system of its own, each has one, also when it is made anew', async () => {
  const container = host();
  await container.exec('umlnfs', 'rootfs', 'clone', '--size=64M', 'base', 'wall');
  await container.write(
    '/etc/umlnfs.d/room@.conf',
    '[Template]\nInstances=a b\n[Guest]\nMemory=64M\nAutostart=no\n[Root]\nClone=wall\n',
  );
  await container.exec('systemctl', 'reload', 'umlnfsd');
  await container.exec('systemctl', 'start', 'umlnfs@room:a');
  const seen = async () => {
    const unit = await container.exec('systemd-escape', '--path', '--suffix=mount', '/export/room-a');
    return [
      await container.exec('findmnt', '--noheadings', '--output', 'FSTYPE', '/export/room-a'),
      await container.exec('systemctl', 'is-enabled', unit),
      await unitProperty(container, 'room:a', 'ActiveState'),
    ];
  };
  expect(await seen()).toEqual(['ext4', 'enabled', 'active']);
  await container.sh('touch /export/room-a/old');
  await container.exec('umlnfs', 'rootfs', 'reset', '--yes', 'room:a');
  expect(await seen()).toEqual(['ext4', 'enabled', 'active']);
  expect(await container.exec('ls', '/export/room-a')).not.toContain('old');
  await container.exec('systemctl', 'stop', 'umlnfs@room:a');
  await container.sh('rm /etc/umlnfs.d/room@.conf && systemctl reload umlnfsd');
  for (const name of ['room-a', 'wall']) {
    const removed = () => container.try('umlnfs', 'rootfs', 'remove', '--yes', name);
    await until(`${name} to be nobody's, and to go`, async () => (await removed()).status === 0);
  }
});

test('no start left a process behind that systemd would warn of', async () => {
  const said = await host().exec('journalctl', '--no-pager', '--identifier=systemd', '--output=cat');
  expect(said).toMatch(/^Started umlnfs@lab:01/m);
  expect(said).not.toContain('left-over process');
});
