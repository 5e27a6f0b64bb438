import { describe, expect, it } from 'vitest';
import {
  broadcastAddress,
  contains,
  formatNetwork,
  ipv4ToNumber,
  netmaskToPrefix,
  networkAddress,
  numberToIpv4,
  prefixToNetmask,
} from '../../../src/model/ipv4.ts';

describe('addresses', () => {
  it.each([
    ['0.0.0.0', 0],
    ['192.168.2.1', 3_232_236_033],
    ['255.255.255.255', 4_294_967_295],
  ])('%s is %d', (text, value) => {
    expect(ipv4ToNumber(text)).toBe(value);
    expect(numberToIpv4(value)).toBe(text);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '0x1.2.3.4', '1.2.3.-4'])(
    '%j is none',
    (text) => {
      expect(ipv4ToNumber(text)).toBeUndefined();
    },
  );
});

describe('netmasks', () => {
  it.each([
    [0, '0.0.0.0'],
    [1, '128.0.0.0'],
    [24, '255.255.255.0'],
    [30, '255.255.255.252'],
    [32, '255.255.255.255'],
  ])('/%d is %s', (prefix, netmask) => {
    expect(prefixToNetmask(prefix)).toBe(netmask);
    expect(netmaskToPrefix(netmask)).toBe(prefix);
  });

  it.each(['255.0.255.0', '0.0.0.255', '255.255.255.1', 'x'])('%s is none', (netmask) => {
    expect(netmaskToPrefix(netmask)).toBeUndefined();
  });
});

describe('networks', () => {
  it.each([
    ['192.168.2.77', 24, '192.168.2.0', '192.168.2.255'],
    ['192.168.2.77', 30, '192.168.2.76', '192.168.2.79'],
    ['10.200.3.4', 8, '10.0.0.0', '10.255.255.255'],
    ['200.1.2.3', 32, '200.1.2.3', '200.1.2.3'],
  ])('%s/%d begins with %s and ends with %s', (address, prefix, first, last) => {
    const network = { address, prefix };
    expect(networkAddress(network)).toBe(first);
    expect(broadcastAddress(network)).toBe(last);
    expect(formatNetwork(network)).toBe(`${first}/${prefix}`);
    expect(contains(network, first)).toBe(true);
    expect(contains(network, last)).toBe(true);
    expect(contains(network, numberToIpv4((ipv4ToNumber(last) ?? 0) + 1))).toBe(false);
  });
});
