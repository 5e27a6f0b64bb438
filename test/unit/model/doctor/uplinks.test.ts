import { expect, test } from 'vitest';
import { defaultHost } from '../../../../src/definition/parse-host.ts';
import type { Uplink } from '../../../../src/definition/value-types/beyond.ts';
import { judgeUplinks, type UplinksSeen } from '../../../../src/model/doctor/uplinks.ts';

const { bridge } = defaultHost().host;
const judge = (uplink: Uplink, seen: Partial<UplinksSeen> = {}) =>
  judgeUplinks([{ name: 'lab', file: undefined, bridge: { ...bridge, uplink }, written: new Map() }], {
    interfaces: new Map(),
    address: '10.0.0.7',
    ...seen,
  });
const plugged = (master: string | undefined, ...addresses: string[]) => ({
  interfaces: new Map([['eth1', { master, addresses }]]),
});

test('no uplink and NAT need nothing of others', () => {
  expect(judge({ kind: 'none' })).toEqual([]);
  expect(judge({ kind: 'nat' })).toEqual([]);
});

test('a routed network needs a route on the router beyond', () => {
  expect(judge({ kind: 'routed' })).toMatchObject([
    { level: 'ok', text: expect.stringContaining('ip route add 192.168.2.0/24 via 10.0.0.7') },
  ]);
});

test('an interface has to be there, without addresses of this host', () => {
  const uplink: Uplink = { kind: 'interface', name: 'eth1' };
  expect(judge(uplink)).toMatchObject([{ level: 'warning', text: 'there is no interface eth1' }]);
  expect(judge(uplink, plugged(undefined, '10.0.0.7/24'))).toMatchObject([
    { level: 'warning', mend: expect.stringContaining('Address=10.0.0.7/24') },
  ]);
  expect(judge(uplink, plugged('uml0'))).toMatchObject([{ level: 'ok', text: 'eth1, plugged in' }]);
});
