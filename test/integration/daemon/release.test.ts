import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Dnsmasq } from '../../../src/adapters/dnsmasq/dnsmasq.ts';
import { ExportfsExporter } from '../../../src/adapters/exporter/exportfs/exportfs.ts';
import { ensureBridge } from '../../../src/adapters/ip/bridge.ts';
import { observeLinks } from '../../../src/adapters/ip/observe.ts';
import { ensureTap } from '../../../src/adapters/ip/taps.ts';
import { release } from '../../../src/daemon/release.ts';
import { anyBridge } from '../../support/model.ts';

let directory: string;
const etab = () => readFile('/var/lib/nfs/etab', 'utf8');
const ip = (...args: string[]) => execa('ip', args);
const bridge = { ...anyBridge, name: 'uml-rel0', address: '192.168.2.1', prefix: 24 };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-release-'));
  await mkdir(join(directory, 'web1'));
  await mkdir(join(directory, 'other'));
  await ip('link', 'add', 'other-br', 'type', 'bridge');
  await ip('tuntap', 'add', 'other-tap', 'mode', 'tap');
});

afterEach(async () => {
  for (const name of ['other-br', 'other-tap']) await ip('link', 'delete', name);
  await execa('exportfs', ['-ua']);
  await rm('/etc/exports.d', { recursive: true, force: true });
  await rm(directory, { recursive: true });
});

test('what umlnfs made is given back, what others made stays, and so does the root', async () => {
  const exporter = new ExportfsExporter({ runtime: join(directory, 'run'), threads: async () => 0 });
  await ensureBridge(bridge);
  await ensureTap({
    name: 'uml-web1',
    guest: 'web1',
    bridge: bridge.name,
    uid: 12_345,
    guarded: true,
    isolated: false,
  });
  const options = ['rw', 'async', 'no_subtree_check'];
  await exporter.add({ guest: 'web1', path: join(directory, 'web1'), client: '192.168.2.2', options });
  await execa('exportfs', ['-o', 'ro,no_subtree_check', `192.168.2.9:${join(directory, 'other')}`]);

  expect(await release(exporter, new Dnsmasq(join(directory, 'run')), join(directory, 'hosts'))).toEqual([]);

  const { bridges, taps } = await observeLinks();
  expect([...bridges.keys()]).toEqual(['other-br']);
  expect(taps.has('uml-web1')).toBe(false);
  expect(taps.has('other-tap')).toBe(true);
  expect(await etab()).not.toContain('web1');
  expect(await etab()).toContain(join(directory, 'other'));
  await expect(readFile('/etc/exports.d/umlnfs.exports')).rejects.toThrow('ENOENT');
  expect(await execa('ls', [directory])).toMatchObject({ stdout: expect.stringContaining('web1') });
});

test('what cannot be given back is told, and the rest is given back all the same', async () => {
  const exporter = new ExportfsExporter({ runtime: join(directory, 'run'), threads: async () => 0 });
  exporter.remove = () => Promise.reject(new Error('busy'));
  await ensureBridge(bridge);
  const options = ['rw', 'async', 'no_subtree_check'];
  await exporter.add({ guest: 'web1', path: join(directory, 'web1'), client: '192.168.2.2', options });

  expect(await release(exporter, new Dnsmasq(join(directory, 'run')), join(directory, 'hosts'))).toEqual([
    new Error('busy'),
  ]);

  expect([...(await observeLinks()).bridges.keys()]).toEqual(['other-br']);
});
