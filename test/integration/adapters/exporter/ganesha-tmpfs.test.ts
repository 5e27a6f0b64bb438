import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stopPrivateBus } from '../../../../src/adapters/dbus/private-bus.ts';
import { GaneshaExporter } from '../../../../src/adapters/exporter/ganesha/ganesha.ts';
import { ensureBridge } from '../../../../src/adapters/ip/bridge.ts';
import { anyBridge } from '../../../support/model.ts';

const address = '192.168.2.1';
let directory: string;
let root: string;
let runtime: string;
let exporter: GaneshaExporter;

beforeEach(async () => {
  await ensureBridge({ ...anyBridge, name: 'tgan1', address, prefix: 24 });
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-ganesha-'));
  root = join(directory, 'root');
  runtime = join(directory, 'run');
  await mkdir(root);
  await execa('mount', ['-t', 'tmpfs', 'umlnfs-test', root]);
  exporter = new GaneshaExporter({ runtime, addresses: () => [address], sharedBus: false });
});

afterEach(async () => {
  await exporter.close({ stopServer: true });
  await stopPrivateBus(runtime);
  await execa('umount', [root]);
  await rm(directory, { recursive: true });
  await execa('ip', ['link', 'delete', 'dev', 'tgan1']);
});

// Version 4 exports it; what matters is that version 6 does not leave the reader with its configuration's lines.
it('a root on a tmpfs is exported, or the reason is said', async () => {
  await exporter.start();
  const said = await exporter
    .add({ guest: 'web1', path: root, client: '192.168.2.2', options: ['rw', 'no_root_squash'] })
    .then(
      () => 'exported',
      (error: Error) => error.message,
    );
  expect([
    'exported',
    `cannot export ${root} to 192.168.2.2 for web1: ${root} is on a tmpfs, and NFS-Ganesha does not export that`,
  ]).toContain(said);
});
