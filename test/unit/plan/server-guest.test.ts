import { describe, expect, test } from 'vitest';
import type { Desired, GuestWanted } from '../../../src/model/desired.ts';
import type { GuestSeen, Observed } from '../../../src/model/observed.ts';
import { type ServerSeen, serverUnseen } from '../../../src/model/server.ts';
import { unitUnseen } from '../../../src/model/units.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { unitDropIn } from '../../../src/plan/unit-file.ts';
import { clientsByServer } from '../../../src/plan/units.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const now = 500_000;
const id = 'guest files';
const { network, root, health } = guestWanted();
const files = guestWanted({
  name: 'files',
  serves: true,
  disks: [{ path: '/var/lib/umlnfs/disks/files.img', directory: '/srv' }],
  network: { ...network, address: '192.168.2.10', tap: 'uml-files' },
  root: { ...root, directory: '/export/files' },
});
const web1 = guestWanted({
  dependencies: { after: ['files'], wants: ['files'], requires: [], server: 'files' },
  network: { ...network, server: '192.168.2.10' },
  root: { ...root, server: '192.168.2.10', directory: '/srv/web1', local: false },
});
const there = { guest: 'web1', path: '/srv/web1', client: '192.168.2.2', options: ['rw', 'fsid=0'] };

function desiredOf(client: GuestWanted): Desired {
  const both = desiredWith(files, client);
  return {
    ...both,
    servers: new Map([[id, { id, destination: 'root@192.168.2.10', guest: 'files', tailored: true }]]),
    exports: new Map([...both.exports, ['web1', { ...there, server: id }]]),
  };
}

const exported: ServerSeen = {
  ...serverUnseen,
  reached: true,
  running: true,
  exports: [{ ...there, whole: true }],
};

function planned(
  seen: { files?: Partial<GuestSeen>; web1?: Partial<GuestSeen> },
  change: Partial<Observed> = {},
  client = web1,
): string[] {
  const desired = desiredOf(client);
  const guests = new Map(Object.entries(seen).map(([name, each]) => [name, { ...unseen, ...each }]));
  const local = observedFor({ ...desired, exports: new Map([...desired.exports].slice(0, 1)) });
  return plan(desired, { ...local, guests, servers: new Map([[id, exported]]), ...change }, now)
    .filter(({ kind }) => kind !== 'wait')
    .map((step) => `${step.kind} ${'guest' in step ? step.guest : ''}`);
}

const up = (wanted: GuestWanted, change: Partial<GuestSeen> = {}) =>
  runningGuest(wanted, desiredOf(web1), change);
const end = { reason: 'killed', at: now, detail: '', wasReady: true } as const;

describe('a guest whose root is on another guest', () => {
  test('waits for it, and then for its export', () => {
    const none = { servers: new Map() };
    expect(planned({}, none)).toEqual(['guest.start files', 'await web1']);
    expect(planned({ files: up(files) }, none)).toEqual(['await web1']);
    expect(planned({ files: up(files) })).toEqual(['guest.start web1']);
  });

  test('waits for one that an operator stopped', () => {
    expect(planned({ files: { intent: 'stop' } }, { servers: new Map() })).toEqual(['await web1']);
  });

  test('rides out its end and its restart', () => {
    const none = { servers: new Map() };
    expect(planned({ files: { end }, web1: up(web1) }, none)).toEqual(['guest.start files', 'await web1']);
    expect(planned({ files: up(files, { intent: 'restart' }), web1: up(web1) })).toEqual([
      'guest.stop files',
    ]);
  });

  test('is not taken for hung while its programs wait for the server, unless its kernel is', () => {
    const client = { ...web1, health: { ...health, tcpPort: 80 } };
    const failing = (kernelAnswers: boolean) =>
      up(client, { health: { failures: 9, lastOkAt: 0, lastError: 'refused', kernelAnswers } });
    expect(planned({ files: { end }, web1: failing(true) }, {}, client)).toEqual(['guest.start files']);
    expect(planned({ files: { end }, web1: failing(false) }, {}, client)).toContain('guest.stop web1');
    const long = up(files, { readyAt: now - 200_000 });
    expect(planned({ files: long, web1: failing(true) }, {}, client)).toEqual(['guest.stop web1']);
  });

  test('has its time to become ready from its server on', () => {
    const starting = up(web1, { readyAt: undefined });
    expect(planned({ files: { end }, web1: starting })).toEqual(['guest.start files', 'await web1']);
    expect(planned({ files: up(files, { readyAt: now - 1000 }), web1: starting })).toEqual([]);
    expect(planned({ files: up(files), web1: starting })).toEqual(['guest.stop web1']);
  });

  test('stops first when somebody stops its server', () => {
    const both = { files: up(files, { intent: 'stop' }), web1: up(web1) };
    expect(planned(both)).toEqual(['await files', 'guest.stop web1']);
  });

  test('stops first when both definitions are removed at once', () => {
    const none = desiredWith();
    const guests = new Map([
      ['files', up(files)],
      ['web1', up(web1)],
    ]);
    const stops = (seen: ReadonlyMap<string, GuestSeen>) =>
      plan(none, observedFor(none, { guests: seen }), now).filter(({ kind }) => kind !== 'wait');
    expect(stops(guests)).toMatchObject([
      { kind: 'await', guest: 'files', needs: 'guest web1' },
      { kind: 'guest.stop', guest: 'web1' },
    ]);
    expect(stops(new Map([['files', up(files)]]))).toMatchObject([{ kind: 'guest.stop', guest: 'files' }]);
  });

  test('under systemd as well, and is not started again', () => {
    const clients = clientsByServer(desiredWith(files, web1));
    const context = { systemd: 257, guestsDirectory: '/run/umlnfs/guests', clients };
    const dropIns = new Map([files, web1].map((each) => [each.name, unitDropIn(each, context)]));
    expect(dropIns.get('web1')).toMatch(/^After=umlnfs@files.service\nWants=umlnfs@files.service$/m);
    expect(dropIns.get('web1')).not.toMatch(/^(Requires|BindsTo)=/m);
    expect(dropIns.get('files')).toMatch(/^Environment="UMLNFS_CLIENTS=web1"$/m);
    expect(dropIns.get('web1')).not.toContain('UMLNFS_CLIENTS');
    expect(dropIns.get('files')).toMatch(/^ReadWritePaths="-\/var\/lib\/umlnfs\/disks\/files\.img"$/m);
    const unit = { ...unitUnseen, begun: true, active: 'active', sub: 'running' };
    const both = { files: { ...up(files, { intent: 'stop' }), unit }, web1: { ...up(web1), unit } };
    expect(planned(both, { unitFiles: { systemd: 257, dropIns } })).toEqual([
      'await files',
      'unit.stop web1',
    ]);
  });
});

test('the server gets the modules and its disks on its command line, and is not restarted for less of them', () => {
  const [start] = plan(desiredOf(web1), observedFor(desiredOf(web1)), now);
  expect(start).toMatchObject({
    argv: expect.arrayContaining(['umlnfs.modules=nfsd', 'ubda=/var/lib/umlnfs/disks/files.img']),
  });
  expect(start).toMatchObject({
    argv: expect.arrayContaining(['initrd=/var/cache/umlnfs/initramfs-1.cpio']),
  });
  const alone = desiredWith({ ...files, serves: false });
  const guests = new Map([['files', up(files)]]);
  expect(plan(alone, observedFor(alone, { guests }), now)).toEqual([]);
});
