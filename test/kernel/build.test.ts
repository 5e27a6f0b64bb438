/**
 * A real kernel, built and booted: some ten minutes. By hand, `npm run test:kernel`, with the sources of the newest
 * linux-source package, or of the tree that UMLNFS_TEST_KERNEL_SOURCE names.
 */
import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KernelReport } from '../../src/model/kernel-report.ts';
import { runCli } from '../support/cli.ts';
import { compiledSources } from '../support/compiled.ts';
import { TestDaemon } from '../support/daemon.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import { UdpServer, udpPort } from './udp-server.ts';

/** Where Kernel= looks for names; in this namespace a directory of the test's. */
const place = '/var/lib/umlnfs';
const source = process.env.UMLNFS_TEST_KERNEL_SOURCE;

let main: string;
let kept: string;
let daemon: TestDaemon | undefined;

beforeAll(async () => {
  main = join(await compiledSources(), 'cli/main.js');
  kept = await mkdtemp(join(tmpdir(), 'umlnfs-kernel-test-'));
  await execa('chmod', ['755', kept]);
  await mkdir(place, { recursive: true });
  await execa('mount', ['--bind', kept, place]);
  const args = source === undefined ? [] : [`--source=${source}`];
  const { code, stderr } = await runCli(main, ['kernel', 'build', '--name=lab', ...args], { timeout: 0 });
  expect(code, stderr).toBe(0);
});

afterAll(async () => {
  await daemon?.dispose();
  await execa('umount', [place]);
  await rm(kept, { recursive: true, force: true });
  // Another's kernels stay.
  await rmdir(place).catch(() => {});
});

test('the kernel works by itself, with all that it was asked for', async () => {
  const { code, stdout } = await runCli(main, ['kernel', 'check', '--json', 'lab']);
  const report = JSON.parse(stdout) as KernelReport;
  expect(code).toBe(0);
  expect(report).toMatchObject({ verdict: 'works', autoconf: ['dhcp', 'bootp', 'rarp'] });
  expect(report.transports).toContain('vector');
  const lacking = report.options.filter(({ presence }) => presence !== 'present').map(({ option }) => option);
  // Linux 7 has it no more.
  expect(lacking.filter((option) => option !== 'CONFIG_UML_NET_TUNTAP')).toEqual([]);
});

test('a definition boots it by its name, without an initramfs', async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('web1', '192.168.2.2', 'Kernel=lab\n');
  await daemon.start();
  const status = await daemon.until('web1', { state: 'running', health: 'ok' });
  expect(status.kernel).toBe(`${place}/kernels/lab/linux`);
  const { stdout } = await execa('tr', ['\\0', '\\n'], { inputFile: `/proc/${status.pid}/cmdline` });
  expect(stdout).toMatch(/^nfsroot=/m);
  expect(stdout).not.toMatch(/^initrd=/m);
  expect(await daemon.inside('web1', 'grep " / " /proc/mounts')).toMatch(/^192\.168\.2\.1:\S+ \/ nfs4 rw,/m);
  expect(await daemon.inside('web1', 'cat /proc/filesystems')).toMatch(/^nodev\tnfsd$/m);
});

test('its processes run under seccomp where it can and a definition says so, else they are traced', async () => {
  const { seccomp } = JSON.parse(
    (await runCli(main, ['kernel', 'check', '--json', 'lab'])).stdout,
  ) as KernelReport;
  await daemon?.addGuest('web2', '192.168.2.3', 'Kernel=lab\nSeccomp=on\n');
  const pid = (await daemon?.until('web2', { state: 'running', health: 'ok' }))?.pid ?? 0;
  const children = (await execa('pgrep', ['--parent', String(pid)])).stdout.split('\n');
  const how = await Promise.all(
    children.map(async (child) => {
      const status = await readFile(`/proc/${child}/status`, 'utf8');
      return { filtered: /^Seccomp:\t2$/m.test(status), traced: status.includes(`TracerPid:\t${pid}\n`) };
    }),
  );
  // Beside them are helpers of the kernel itself, under neither.
  expect(how.some(({ filtered }) => filtered)).toBe(seccomp);
  expect(how.some(({ traced }) => traced)).toBe(!seccomp);
});

test('a root by version 3 over UDP', async () => {
  if (daemon === undefined) throw new Error('there is no daemon');
  const directory = daemon.root('web3');
  await makeTinyRoot(directory);
  const udp = await UdpServer.start('192.168.2.1', directory);
  try {
    await daemon.define(
      'web3',
      `[Guest]
Address=192.168.2.4
Memory=64M
Kernel=lab
[Root]
Version=3
Protocol=udp
Port=${udpPort}
[Export]
Managed=no`,
    );
    await daemon.until('web3', { state: 'running', health: 'ok' });
    expect(await daemon.inside('web3', 'grep " / " /proc/mounts')).toMatch(
      /^192\.168\.2\.1:\S+ \/ nfs rw,\S*vers=3,\S*proto=udp,/m,
    );
    expect((await daemon.cli('stop', 'web3')).exitCode).toBe(0);
  } finally {
    await udp.close();
  }
});

test('while the definition names it, it cannot be removed', async () => {
  const { code, stderr } = await runCli(main, [
    'kernel',
    'remove',
    'lab',
    `--config-dir=${daemon?.directory}/etc`,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('it is named in');
});
