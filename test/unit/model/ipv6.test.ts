import { describe, expect, it } from 'vitest';
import {
  bytesToIpv6,
  eui64Address,
  ipv6ToBytes,
  linkLocalAddress,
  sameNetwork64,
} from '../../../src/model/ipv6.ts';

describe('IPv6 addresses', () => {
  it.each([
    ['fd00:a1b2:c3d4:2::1', 'fd00:a1b2:c3d4:2::1'],
    ['FD00:0:0:2:0:0:0:1', 'fd00:0:0:2::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::1', '::1'],
    ['::', '::'],
    ['1::', '1::'],
  ])('%s is written %s', (text, canonical) => {
    expect(bytesToIpv6(ipv6ToBytes(text) ?? [])).toBe(canonical);
  });

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'fe80::1%eth0',
    '::1.2.3.4',
    'g::',
    '1:2:3:4:5:6:7::8',
  ])('%s is none', (text) => {
    expect(ipv6ToBytes(text)).toBeUndefined();
  });

  it('follow from a network and a MAC address', () => {
    expect(eui64Address('fd00:1:2:3::1', '02:00:5e:10:00:01')).toBe('fd00:1:2:3:0:5eff:fe10:1');
    expect(linkLocalAddress('5a:9b:00:01:02:03')).toBe('fe80::589b:ff:fe01:203');
  });

  it('are in the same network or not', () => {
    expect(sameNetwork64('fd00::1', 'fd00:0:0:0:5::')).toBe(true);
    expect(sameNetwork64('fd00::1', 'fd00:0:0:1::1')).toBe(false);
  });
});
