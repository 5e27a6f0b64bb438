import { describe, expect, test } from 'vitest';
import { dnsmasqConfig, hostsText, leasesText } from '../../../../src/adapters/dnsmasq/config.ts';
import { parseHolders } from '../../../../src/adapters/dnsmasq/port-holders.ts';
import type { NamesWanted } from '../../../../src/model/names.ts';

const places = { hosts: '/run/u/hosts', leases: '/run/u/leases' };
const names: NamesWanted = {
  network: 'default',
  bridge: 'uml0',
  address: '192.168.2.1',
  netmask: '255.255.255.0',
  networkAddress: '192.168.2.0',
  ipv6Prefix: undefined,
  domain: 'uml',
  ownDomains: ['uml'],
  dns: true,
  dhcp: true,
  hosts: [{ address: '192.168.2.2', names: ['web1.uml', 'web1'] }],
  leases: [{ mac: '02:00:00:00:00:02', address: '192.168.2.2' }],
};
const config = (change: Partial<NamesWanted> = {}) =>
  dnsmasqConfig({ ...names, ...change }, 'dnsmasq', places).split('\n');

describe('the configuration of dnsmasq', () => {
  test('is for the bridge alone, and for guests that are defined', () => {
    expect(config()).toEqual(
      expect.arrayContaining([
        'bind-dynamic',
        'except-interface=lo',
        'interface=uml0',
        'local=/uml/',
        'dhcp-ignore=tag:!known',
        'dhcp-ignore-names',
      ]),
    );
    expect(hostsText(names)).toBe('192.168.2.2 web1.uml web1\n');
    expect(leasesText(names)).toBe('02:00:00:00:00:02,192.168.2.2\n');
  });

  test('has what is asked for and nothing else', () => {
    expect(config({ dhcp: false }).filter((line) => line.startsWith('dhcp'))).toEqual([]);
    expect(config({ dns: false })).toContain('port=0');
    expect(config().join()).not.toContain('enable-ra');
    expect(config({ ipv6Prefix: 'fd00:2::' })).toContain('dhcp-range=fd00:2::,ra-only,64');
  });

  test.each(['uml\nserver=10.0.0.1', 'a,b', 'a b', '#a', '-a', ''])('cannot be said: %j', (domain) => {
    expect(() => config({ domain })).toThrow('cannot be said');
    expect(() => hostsText({ ...names, hosts: [{ address: '10.0.0.1', names: [domain] }] })).toThrow();
  });
});

test('who has a port is read from what ss prints', () => {
  const line =
    'udp   UNCONN 0      0        192.168.2.1:53        0.0.0.0:*    users:(("named",pid=42,fd=5))';
  expect(parseHolders(`${line}\n`)).toEqual([{ who: 'named (pid 42)', local: '192.168.2.1:53' }]);
});
