import { describe, expect, test } from 'vitest';
import type { Desired } from '../../../src/model/desired.ts';
import type { BridgeSeen, Observed } from '../../../src/model/observed.ts';
import { plan } from '../../../src/plan/plan.ts';
import { anyBridge, desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const now = 100_000;
const inLab = (name: string) => {
  const own = guestWanted();
  const network = {
    ...own.network,
    bridge: 'lab',
    address: '192.168.3.2',
    server: '192.168.3.1',
    tap: `uml-${name}`,
  };
  return guestWanted({
    name,
    network,
    root: { ...own.root, server: '192.168.3.1', directory: `/export/${name}` },
  });
};
const lab = {
  ...anyBridge,
  network: 'lab',
  name: 'umlbr-lab',
  address: '192.168.3.1',
  prefix: 24,
  ipv6: { address: 'fd00::1', prefix: 64 },
};

function twoNetworks(): Desired {
  const own = desiredWith(guestWanted(), inLab('web2'));
  const tap = {
    name: 'uml-web2',
    guest: 'web2',
    bridge: 'umlbr-lab',
    uid: 1,
    guarded: false,
    isolated: false,
  };
  return {
    ...own,
    bridges: new Map([...own.bridges, ['lab', lab]]),
    taps: new Map([...own.taps, ['uml-web2', tap]]),
  };
}

const desired = twoNetworks();
const labSeen: BridgeSeen = {
  name: 'umlbr-lab',
  addresses: ['192.168.3.1/24', 'fd00::1/64'],
  up: true,
  ours: true,
};

function seen(change: Partial<Observed> = {}): Observed {
  const own = observedFor(desired);
  const guests = new Map(
    [...desired.guests.values()].map((wanted) => [wanted.name, runningGuest(wanted, desired)] as const),
  );
  const uids = new Map(
    [...own.taps].map(([name, tap]) => [name, { ...tap, uid: desired.taps.get(name)?.uid }]),
  );
  for (const [name, guest] of guests) {
    const uid = desired.taps.get(`uml-${name}`)?.uid ?? 0;
    guests.set(name, { ...guest, process: guest.process && { ...guest.process, uid } });
  }
  return {
    ...own,
    bridges: new Map([...own.bridges, ['umlbr-lab', labSeen]]),
    taps: uids,
    guests,
    ...change,
  };
}

const lines = (observed: Observed, wanted = desired, at = now) =>
  plan(wanted, observed, at).map((step) =>
    `${step.kind} ${'bridge' in step ? step.bridge.network : 'name' in step ? step.name : 'guest' in step ? step.guest : ''}`.trim(),
  );

describe('two networks', () => {
  test('need nothing when all is as defined', () => {
    expect(lines(seen())).toEqual([]);
  });

  test('have a bridge each, with both addresses', () => {
    const bridges = new Map([['umlbr-lab', { ...labSeen, addresses: ['192.168.3.1/24'] }]]);
    expect(lines(seen({ bridges }))).toEqual(['bridge.ensure default', 'bridge.ensure lab']);
  });

  test('a network without guests has no bridge', () => {
    const without = { ...desired, guests: new Map([...desired.guests].slice(0, 1)) };
    expect(
      lines(
        seen({ bridges: observedFor(desired).bridges, guests: new Map([...seen().guests].slice(0, 1)) }),
        without,
      ),
    ).toEqual([]);
  });

  test('a bridge that cannot be made keeps only its own guests waiting', () => {
    const failure = { step: 'bridge.ensure', network: 'lab', problem: 'no', retryAt: now + 500 } as const;
    const observed = seen({
      bridges: observedFor(desired).bridges,
      guests: new Map(),
      sharedFailures: [failure],
    });
    expect(lines(observed)).toEqual(['wait', 'guest.start web1']);
    expect(lines(observed, desired, now + 500)).toEqual([
      'bridge.ensure lab',
      'guest.start web1',
      'guest.start web2',
    ]);
  });
});

describe('further addresses of a bridge', () => {
  const withAddress = (address: string, change: Partial<BridgeSeen> = {}) =>
    seen({
      bridges: new Map([
        ...observedFor(desired).bridges,
        ['umlbr-lab', { ...labSeen, addresses: [...labSeen.addresses, address], ...change }],
      ]),
    });
  const ensured = (observed: Observed, wanted = desired) =>
    plan(wanted, observed, now).flatMap((step) =>
      step.kind === 'bridge.ensure' ? [[step.why, ...(step.remove ?? [])]] : [],
    );

  test.each(['192.168.7.1/24', '192.168.3.1/16', 'fd00::1/48', 'fd00:7::1/64'])('%s goes', (former) => {
    expect(ensured(withAddress(former))).toEqual([[`bridge umlbr-lab still has address ${former}`, former]]);
  });

  test.each<[string, string, Partial<BridgeSeen>]>([
    ['of somebody else', '192.168.7.1/24', { ours: false }],
    ['that it has for a time', '192.168.7.1/24', { learnt: ['192.168.7.1/24'] }],
    ['of its link alone', '169.254.3.4/16', {}],
  ])('one %s stays', (_, address, change) => {
    expect(lines(withAddress(address, change))).toEqual([]);
  });

  test('one from which a guest has its root stays until that guest has ended', () => {
    const moved = { ...lab, address: '192.168.7.1' };
    const wanted = { ...desired, bridges: new Map([...desired.bridges, ['lab', moved]]) };
    const running = withAddress('192.168.7.1/24');
    expect(ensured(running, wanted)).toEqual([]);
    const ended = { ...running, guests: new Map([...running.guests].slice(0, 1)) };
    expect(ensured(ended, wanted)).toEqual([
      ['bridge umlbr-lab still has address 192.168.3.1/24', '192.168.3.1/24'],
    ]);
  });
});

describe('the bridge of a network that is gone', () => {
  const bridges = new Map([...desired.bridges].slice(0, 1));
  const guests = new Map([...desired.guests].slice(0, 1));
  const taps = new Map([...desired.taps].slice(0, 1));
  const gone: Desired = { ...desired, bridges, guests, taps };

  test('stays while guests on it have no usable definition', () => {
    expect(lines(seen(), { ...gone, held: new Set(['web2']) })).toEqual([]);
  });

  test('goes when its last guest has ended', () => {
    expect(lines(seen(), gone)).toEqual(['guest.stop web2']);
    const ended = seen({ guests: new Map([...seen().guests].slice(0, 1)) });
    expect(lines(ended, gone)).toEqual(['bridge.remove umlbr-lab', 'tap.remove uml-web2']);
  });

  test("of somebody else is nobody's to remove", () => {
    const observed = seen({ guests: new Map([...seen().guests].slice(0, 1)), taps: observedFor(gone).taps });
    const foreign = new Map([...observed.bridges, ['umlbr-lab', { ...labSeen, ours: false }]]);
    expect(lines({ ...observed, bridges: foreign }, gone)).toEqual([]);
  });
});
