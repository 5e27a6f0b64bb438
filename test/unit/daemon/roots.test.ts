import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lacksServerKeys, serverRole } from '../../../src/adapters/exporter/remote/guest-keys.ts';
import { exportTableOf } from '../../../src/adapters/exporter/remote/host.ts';
import { Clones } from '../../../src/daemon/clones.ts';
import { observeRoot, tailorRoot } from '../../../src/daemon/roots.ts';
import type { Host } from '../../../src/definition/guest.ts';
import { defaultHost } from '../../../src/definition/parse-host.ts';
import type { GuestWanted } from '../../../src/model/desired.ts';
import { guestWanted } from '../../support/model.ts';

let base: string;
let host: Host;
let guest: GuestWanted;
let clones: Clones;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-roots-'));
  const { host: usual } = defaultHost();
  host = { ...usual, directories: { ...usual.directories, state: join(base, 'state') } };
  const root = join(base, 'root');
  guest = guestWanted({ serves: true, root: { ...guestWanted().root, directory: root } });
  for (const program of ['usr/sbin/rpc.nfsd', 'usr/sbin/sshd']) {
    await mkdir(dirname(join(root, program)), { recursive: true });
    await writeFile(join(root, program), '');
  }
  clones = new Clones({
    clone: async () => {},
    most: 1,
    log: pino({ level: 'silent' }),
    clock: () => 0,
    markDirty: () => {},
  });
});

afterEach(async () => {
  await clones.close();
  await rm(base, { recursive: true, force: true });
});

it('looks at the root of a server without making its keys', async () => {
  expect(await observeRoot(host, 'this host', guest, [], clones)).toEqual({ exists: true, tailored: false });
  expect(await readdir(base)).toEqual(['root']);
});

it('finds the keys that tailoring has made', async () => {
  expect(await lacksServerKeys(host, guest)).toBe(true);
  await serverRole(host, guest);
  expect(await lacksServerKeys(host, guest)).toBe(false);
});

const systemd = ['lib/systemd/systemd', 'etc/hostname'];

it('takes out of a root what it had as a server and of disks, and nothing else', async () => {
  const root = guest.root.directory;
  for (const path of systemd) await write(join(root, path), '');
  const disks = [{ path: '/srv/data.img', directory: '/data' }];
  const named = { ...guest, network: { ...guest.network, address: '192.168.2.10' } };
  const plain = { ...named, serves: false };
  await tailorRoot(host, 'this host', plain);
  const before = await filesIn(root);
  await tailorRoot(host, 'this host', { ...named, disks });
  await write(join(root, exportTableOf('this host')), '# made by umlnfs\n/srv/web1 192.168.2.11(rw)\n');
  await write(join(root, 'etc/exports.d/own.exports'), '/srv 192.168.2.12(ro)\n');
  await write(join(root, 'etc/nfs.conf.d/own.conf'), '[nfsd]\n');
  expect((await filesIn(root)).length).toBeGreaterThan(before.length + 8);
  expect(await observeRoot(host, 'this host', plain, [], clones)).toMatchObject({ tailored: false });
  await tailorRoot(host, 'this host', plain);
  expect(await observeRoot(host, 'this host', plain, [], clones)).toMatchObject({ tailored: true });
  const left = (await filesIn(root)).filter((path) => !before.includes(path));
  expect(left).toEqual([
    'etc/exports.d/own.exports',
    'etc/nfs.conf.d/own.conf',
    'usr/local/lib/umlnfs/ssh_host_key',
  ]);
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** All files and links beneath a directory. */
async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

it('waits for no keys where none are made', async () => {
  const { network } = guest;
  expect(await lacksServerKeys(host, { ...guest, serves: false })).toBe(false);
  const unknown = { ...guest, network: { ...network, address: undefined } };
  expect(await serverRole(host, unknown)).toBeUndefined();
  expect(await lacksServerKeys(host, unknown)).toBe(false);
});
