/** Roots whose process 1 is not systemd's. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.start();
});

afterAll(() => daemon.dispose());

test("busybox' init tells that it is ready, and powers off when it is asked to", async () => {
  const root = daemon.root('small');
  await makeTinyRoot(root);
  await rm(join(root, 'sbin/init'));
  await symlink('/bin/busybox', join(root, 'sbin/init'));
  for (const applet of ['getty', 'login', 'umount']) await symlink('busybox', join(root, 'bin', applet));
  await mkdir(join(root, 'etc/init.d'), { recursive: true });
  // Slow enough that whoever says that it is ready before has not waited for it.
  await writeFile(join(root, 'etc/init.d/rcS'), '#!/bin/sh\nsleep 2\necho up > /up\n', { mode: 0o755 });
  await daemon.define('small', '[Guest]\nAddress=192.168.2.2\nMemory=64M\n');
  const { readySeconds } = await daemon.until('small', { state: 'running' }, 60_000);
  expect(readySeconds).toBeGreaterThan(2);
  expect(await readFile(join(root, 'up'), 'utf8')).toBe('up\n');
  const began = performance.now();
  expect(await daemon.cli('stop', 'small')).toMatchObject({ exitCode: 0 });
  // StopTimeoutSec= is 30 s: before that nothing but the guest itself ends it.
  expect(performance.now() - began).toBeLessThan(25_000);
  const { lastEndReason, lastEndDetail } = await daemon.status('small');
  expect([lastEndReason, lastEndDetail]).toEqual(['stopped', expect.stringContaining('reboot: ')]);
});
