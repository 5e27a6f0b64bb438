import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lacksServerKeys, serverRole } from '../../../src/adapters/exporter/remote/guest-keys.ts';
import { Clones } from '../../../src/daemon/clones.ts';
import { observeRoot } from '../../../src/daemon/roots.ts';
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
  expect(await observeRoot(host, guest, [], clones)).toEqual({ exists: true, tailored: false });
  expect(await readdir(base)).toEqual(['root']);
});

it('finds the keys that tailoring has made', async () => {
  expect(await lacksServerKeys(host, guest)).toBe(true);
  await serverRole(host, guest);
  expect(await lacksServerKeys(host, guest)).toBe(false);
});

it('waits for no keys where none are made', async () => {
  const { network } = guest;
  expect(await lacksServerKeys(host, { ...guest, serves: false })).toBe(false);
  const unknown = { ...guest, network: { ...network, address: undefined } };
  expect(await serverRole(host, unknown)).toBeUndefined();
  expect(await lacksServerKeys(host, unknown)).toBe(false);
});
