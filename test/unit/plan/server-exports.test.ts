import { describe, expect, test } from 'vitest';
import type { Desired, ExportWanted } from '../../../src/model/desired.ts';
import type { ExportSeen } from '../../../src/model/observed.ts';
import { type ServerSeen, serverUnseen } from '../../../src/model/server.ts';
import { plan } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor } from '../../support/model.ts';

const now = 100_000;
const id = 'root@nfs1';
const { root } = guestWanted();
const web1 = guestWanted({ root: { ...root, server: '192.168.2.10', local: false } });
const wanted: ExportWanted = {
  guest: 'web1',
  server: id,
  path: '/export/web1',
  client: '192.168.2.2',
  options: ['rw', 'fsid=0'],
};
const desired: Desired = {
  ...desiredWith(web1),
  servers: new Map([[id, { id, destination: id }]]),
  exports: new Map([['web1', wanted]]),
};
const { server: _, ...there } = wanted;
const up: ServerSeen = { ...serverUnseen, reached: true, running: true };
const inForce = (change: Partial<ExportSeen> = {}): ServerSeen => ({
  ...up,
  exports: [{ ...there, whole: true, ...change }],
});

function planned(seen: ServerSeen | undefined, what: Desired = desired): string[] {
  const servers = new Map(seen === undefined ? [] : [[id, seen]]);
  const observed = observedFor({ ...what, exports: new Map() }, { servers });
  return plan(what, observed, now).map((step) => step.kind);
}

describe('a root on another server', () => {
  test('is exported before the guest starts, which waits for that', () => {
    expect(planned(undefined)).toEqual(['await']);
    expect(planned(up)).toEqual(['export.add']);
    expect(planned({ ...up, busy: new Set(['web1']) })).toEqual(['await']);
    expect(planned(inForce())).toEqual(['guest.start']);
  });

  test('is exported again where something of it is missing, or the server does not run', () => {
    expect(planned(inForce({ options: ['ro'] }))).toEqual(['export.add']);
    expect(planned(inForce({ whole: false }))).toEqual(['export.add']);
    expect(planned({ ...inForce(), running: false })).toEqual(['export.add']);
  });

  test('blocks its guest alone where the server is not reached, or refuses', () => {
    const web2 = guestWanted({
      name: 'web2',
      network: { ...guestWanted().network, address: '192.168.2.3', tap: 'uml-web2' },
      root: { ...root, directory: '/export/web2' },
    });
    const both = desiredWith(web1, web2);
    const mixed = {
      ...both,
      servers: desired.servers,
      exports: new Map([...both.exports, ['web1', wanted]]),
    };
    const down = { ...serverUnseen, problem: 'it does not answer' };
    const observed = observedFor(both, { servers: new Map([[id, down]]) });
    const steps = plan(mixed, observed, now).filter(({ kind }) => kind !== 'export.remove');
    expect(steps).toMatchObject([
      { kind: 'blocked', guest: 'web1', why: 'it does not answer' },
      { kind: 'guest.start', guest: 'web2' },
    ]);
    const failures = new Map([['web1', { problem: 'there is no directory', retryAt: now + 1 }]]);
    expect(planned({ ...up, failures })).toEqual(['blocked', 'wait']);
    const due = new Map([['web1', { problem: 'there is no directory', retryAt: now }]]);
    expect(planned({ ...up, failures: due })).toEqual(['export.add']);
  });

  test('is mounted as the kernel server has it', () => {
    const servers = new Map([[id, inForce()]]);
    const [start] = plan(desired, observedFor({ ...desired, exports: new Map() }, { servers }), now);
    expect(start).toMatchObject({
      argv: expect.arrayContaining([expect.stringMatching(/^nfsroot=192\.168\.2\.10:\/,vers=4\.2,/)]),
    });
  });
});

test('what nobody wants there any more is taken away, and nothing of others', () => {
  const foreign = { path: '/srv', client: '*', options: [], guest: undefined, whole: true };
  const gone: Desired = { ...desiredWith(), servers: new Map() };
  const seen = { ...up, exports: [...inForce().exports, foreign] };
  expect(planned(seen, gone)).toEqual(['export.remove']);
  expect(planned({ ...seen, busy: new Set(['web1']) }, gone)).toEqual([]);
  expect(planned({ ...seen, reached: false }, gone)).toEqual([]);
  const failed = (retryAt: number) => new Map([['web1', { problem: 'its disk is full', retryAt }]]);
  expect(planned({ ...seen, failures: failed(now + 1) }, gone)).toEqual(['wait']);
  expect(planned({ ...seen, failures: failed(now) }, gone)).toEqual(['export.remove']);
});
