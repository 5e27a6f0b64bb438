import { describe, it } from 'vitest';
import { addresses, route, uplink } from '../../../../src/definition/value-types/beyond.ts';
import { expectRefused, expectValues, HOSTILE } from '../../../support/value-type.ts';

const NO_NETWORK = [
  '10.0.0.1/8',
  '10.0.0.0/33',
  '127.0.0.0/8',
  '224.0.0.1',
  '::1',
  'fe80::1',
  'ff02::1',
  'all',
];

describe('addresses', () => {
  it('are single ones and networks', () =>
    expectValues(addresses, [
      ['10.20.0.0/16', '10.20.0.0/16'],
      ['192.168.2.9/32', '192.168.2.9'],
      ['0.0.0.0/0', '0.0.0.0/0'],
      ['FD00:A1B2::/32', 'fd00:a1b2::/32'],
      ['::/0', '::/0'],
    ]));
  it('are nothing else', () => expectRefused(addresses, [...NO_NETWORK, ...HOSTILE]));
});

describe('a route', () => {
  it('has a destination and a guest', () =>
    expectValues(route, [
      ['10.20.0.0/16 via 192.168.2.9', { destination: '10.20.0.0/16', via: '192.168.2.9' }],
      ['fd00:7::/64  via fd00:2::9', { destination: 'fd00:7::/64', via: 'fd00:2::9' }],
    ]));
  it('is nothing else', () =>
    expectRefused(route, [
      '10.20.0.0/16',
      '10.20.0.0/16 via',
      '10.20.0.0/16 dev eth0',
      '10.20.0.0/16 via 192.168.2.0/24',
      '10.20.0.0/16 via fd00::1',
      '10.20.0.0/16 via 192.168.2.9 dev eth0',
      ...HOSTILE,
    ]));
});

describe('an uplink', () => {
  it('is a word or an interface', () =>
    expectValues(uplink, [
      ['none', { kind: 'none' }],
      ['nat', { kind: 'nat' }],
      ['routed', { kind: 'routed' }],
      ['enp3s0', { kind: 'interface', name: 'enp3s0' }],
    ]));
  it('is nothing else', () =>
    expectRefused(uplink, ['NAT', 'None', 'lo', 'an-interface-of-many-letters', ...HOSTILE]));
});
