import { describe, expect, it } from 'vitest';
import {
  busAddress,
  hostname,
  interfaceName,
  ipv4,
  ipv4Network,
  ipv4OrNone,
  mac,
  netmask,
  userName,
} from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE } from '../../../support/value-type.ts';

const NO_ADDRESS = [
  '192.168.2',
  '192.168.2.256',
  '192.168.02.1',
  '1.2.3.4.5',
  '::1',
  '192.168.2.1/24',
  '0.0.0.0',
];

describe('ipv4', () => {
  it('takes the address of a host', () => expectValues(ipv4, [['192.168.2.2', '192.168.2.2']]));
  it('takes nothing else', () =>
    expectRefused(ipv4, [...NO_ADDRESS, '127.0.0.1', '224.0.0.1', '255.255.255.255', 'none', ...HOSTILE]));
  it('takes none where that is a choice', () => {
    expectValues(ipv4OrNone, [
      ['none', 'none'],
      ['10.0.0.1', '10.0.0.1'],
    ]);
    expectRefused(ipv4OrNone, [...NO_ADDRESS, 'None', ...HOSTILE]);
  });
});

describe('ipv4Network', () => {
  it('takes an address in its network', () =>
    expectValues(ipv4Network, [['192.168.2.1/24', { address: '192.168.2.1', prefix: 24 }]]));
  it('takes nothing else', () =>
    expectRefused(ipv4Network, [
      '192.168.2.1',
      '192.168.2.0/24',
      '192.168.2.255/24',
      '192.168.2.1/31',
      '192.168.2.1/33',
      '192.168.2.1/7',
      '192.168.2.1/24/24',
      '127.0.0.1/8',
      ...HOSTILE,
    ]));
});

describe('netmask', () => {
  it('takes dotted masks and prefix lengths', () =>
    expectValues(netmask, [
      ['255.255.255.0', '255.255.255.0'],
      ['24', '255.255.255.0'],
      ['32', '255.255.255.255'],
      ['1', '128.0.0.0'],
    ]));
  it('takes nothing else', () => {
    expectRefused(netmask, ['255.0.255.0', '0.0.0.0', '0', '33', '/24', '255.255.255', ...HOSTILE]);
    expect(() => netmask.parse('255.0.255.0')).toThrow('not contiguous');
  });
});

describe('mac', () => {
  it('takes addresses of hosts in lower case', () =>
    expectValues(mac, [
      ['02:00:5E:10:00:0a', '02:00:5e:10:00:0a'],
      ['02-00-5e-10-00-01', '02:00:5e:10:00:01'],
    ]));
  it('takes nothing else', () =>
    expectRefused(mac, [
      '01:00:5e:00:00:01',
      'ff:ff:ff:ff:ff:ff',
      '00:00:00:00:00:00',
      '02:00:5e:10:00',
      '02:00:5e:10:00:01:02',
      '02:00:5e:10:00:0g',
      '02005e100001',
      '02:00:5e:10:00:01,gro=0',
      ...HOSTILE,
    ]));
});

describe('interfaceName', () => {
  it('takes names the kernel takes', () =>
    expectValues(interfaceName, [
      ['tap1', 'tap1'],
      ['uml-web1.a_b', 'uml-web1.a_b'],
      ['x'.repeat(15), 'x'.repeat(15)],
    ]));
  it('takes nothing else', () =>
    expectRefused(interfaceName, [
      'x'.repeat(16),
      '.',
      '..',
      'a/b',
      'a:1',
      '-x',
      'lo',
      'all',
      'tap%d',
      'a,b',
      ...HOSTILE,
    ]));
});

describe('hostname', () => {
  it('takes names of RFC 1123', () =>
    expectValues(hostname, [
      ['web1', 'web1'],
      ['web1.example.org', 'web1.example.org'],
      ['3com', '3com'],
    ]));
  it('takes nothing else', () =>
    expectRefused(hostname, ['-web', 'web-', 'a..b', '.a', 'a.', 'a_b', 'a:b', 'x'.repeat(64), ...HOSTILE]));
});

describe('userName', () => {
  it('takes names and ids', () =>
    expectValues<string | number>(userName, [
      ['uml', 'uml'],
      ['_uml-1.x', '_uml-1.x'],
      ['1000', 1000],
    ]));
  it('takes no root, and no id that is none', () =>
    expectRefused(userName, [
      'root',
      '0',
      '000',
      '01000',
      '-1',
      '65535',
      '4294967295',
      '4294967296',
      '99999999999',
      '-uml',
      '1abc',
      'a:b',
      ...HOSTILE,
    ]));
});

describe('busAddress', () => {
  it('takes the words and addresses', () =>
    expectValues(busAddress, [
      ['system', 'system'],
      ['private', 'private'],
      ['unix:path=/run/umlnfs/bus', 'unix:path=/run/umlnfs/bus'],
      ['tcp:host=localhost,port=1;unix:abstract=x', 'tcp:host=localhost,port=1;unix:abstract=x'],
    ]));
  it('takes nothing else', () =>
    expectRefused(busAddress, [
      'session',
      '/run/bus',
      'unix:path',
      'unix:path=/a b',
      `unix:${'a=b,'.repeat(500)}`,
      ...HOSTILE,
    ]));
});
