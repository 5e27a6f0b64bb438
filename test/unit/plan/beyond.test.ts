import { describe, expect, test } from 'vitest';
import type { BeyondWanted } from '../../../src/model/beyond.ts';
import type { Desired } from '../../../src/model/desired.ts';
import type { Observed, PortSeen } from '../../../src/model/observed.ts';
import { plan } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const web1 = guestWanted();
const plain = desiredWith(web1);
const now = 100_000;
const guests = new Map([['web1', runningGuest(web1, plain)]]);

const beyond = (change: Partial<BeyondWanted>): Desired => ({
  ...plain,
  beyond: { ...plain.beyond, ...change },
});
const steps = (wanted: Desired, change: Partial<Observed> = {}) =>
  plan(wanted, observedFor(wanted, { guests, ...change }), now);

describe('an interface as uplink', () => {
  const port = { interface: 'eth1', bridge: 'uml0', network: 'default' };
  const wanted = beyond({ ports: [port] });
  const seen: PortSeen = { name: 'eth1', master: undefined, up: true, ours: false, addresses: [] };
  const withPort = (change: Partial<PortSeen>) => ({ ports: new Map([['eth1', { ...seen, ...change }]]) });

  test('is plugged in, and again when somebody unplugs it', () => {
    expect(steps(wanted, withPort({}))).toMatchObject([{ kind: 'port.attach', port }]);
    expect(steps(wanted, withPort({ master: 'uml0', ours: true }))).toEqual([]);
    expect(steps(wanted, withPort({ master: 'uml0', ours: true, up: false }))).toMatchObject([
      { kind: 'port.attach', why: 'eth1 is down' },
    ]);
  });

  test('is given back when no network has it, and others stay where they are', () => {
    expect(steps(plain, withPort({ master: 'uml0', ours: true }))).toMatchObject([
      { kind: 'port.release', interface: 'eth1' },
    ]);
    expect(steps(plain, withPort({ master: 'uml0' }))).toEqual([]);
    expect(steps({ ...plain, incomplete: true }, withPort({ master: 'uml0', ours: true }))).toEqual([]);
  });

  test('that is refused keeps no guest from starting', () => {
    const failure = { step: 'port.attach', network: 'default', problem: 'no', retryAt: now + 500 } as const;
    const change = { ...withPort({}), guests: new Map(), sharedFailures: [failure] };
    expect(steps(wanted, change).map(({ kind }) => kind)).toEqual(['wait', 'guest.start']);
  });
});

describe('routes', () => {
  const route = { destination: '10.20.0.0/16', via: '192.168.2.9', bridge: 'uml0', network: 'default' };
  const wanted = beyond({ routes: [route] });
  const seen = { destination: '10.20.0.0/16', via: '192.168.2.9', device: 'uml0' };

  test('are made, and removed when no network has them', () => {
    expect(steps(wanted)).toMatchObject([{ kind: 'route.add', route }]);
    expect(steps(wanted, { routes: [seen] })).toEqual([]);
    expect(steps(plain, { routes: [seen] })).toMatchObject([{ kind: 'route.remove', route: seen }]);
  });

  test('go before another way to the same destination comes', () => {
    const other = { ...seen, via: '192.168.2.8' };
    expect(steps(wanted, { routes: [other] }).map(({ kind }) => kind)).toEqual(['route.remove', 'route.add']);
  });
});

test('packets are passed on where a network needs it, and never the other way round', () => {
  const wanted = beyond({ forwards: ['ipv4', 'ipv6'] });
  expect(steps(wanted, { forwards: ['ipv4'] })).toMatchObject([
    { kind: 'forwarding.enable', families: ['ipv6'] },
  ]);
  expect(steps(plain, { forwards: ['ipv4', 'ipv6'] })).toEqual([]);
});

test('isolation and addresses for the way out are a table of their own', () => {
  const outside = {
    networks: ['192.168.2.0/24', 'fd00:2::/64'],
    masqueraded: ['192.168.2.0/24', 'fd00:2::/64'],
    isolated: ['192.168.3.0/24'],
    sociable: [],
  };
  const [step] = steps(beyond({ outside }));
  if (step?.kind !== 'filter.apply') throw new Error('no filter');
  const [table] = step.write;
  expect(table?.family).toBe('inet');
  const sets = new Map(table?.sets.map(({ name, elements }) => [name, elements]));
  expect(sets.get('masqueraded-ipv4')).toEqual(['192.168.2.0/24']);
  expect(sets.get('masqueraded-ipv6')).toEqual(['fd00:2::/64']);
  expect(sets.get('isolated-ipv4')).toEqual(['192.168.3.0/24']);
});
