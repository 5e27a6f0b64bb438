import { describe, expect, it } from 'vitest';
import {
  formatParts,
  liesIn,
  networkAround,
  overlapping,
  parseNetwork,
  withoutInner,
} from '../../../src/model/ip-network.ts';

describe('networks of both families', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00:0:0:1::/64', 'fd00:0:0:1::/64'],
    ['fd00::1/128', 'fd00::1'],
    ['::/0', '::/0'],
  ])('%s is read, and written as %s', (text, written) => {
    const parts = parseNetwork(text);
    expect(parts && formatParts(parts)).toBe(written);
  });

  it.each(['10.0.0.1/8', '10.0.0.0/33', '10.0.0.0/8/8', 'fd00::1/64', 'fd00::/129', '10.0.0.0/', 'x', ''])(
    '%s is none',
    (text) => expect(parseNetwork(text)).toBeUndefined(),
  );

  it('lie in each other or not', () => {
    expect(liesIn('10.1.0.0/16', '10.0.0.0/8')).toBe(true);
    expect(liesIn('10.0.0.0/8', '10.1.0.0/16')).toBe(false);
    expect(liesIn('10.1.2.3', '10.1.2.3')).toBe(true);
    expect(liesIn('fd00:1::/64', '::/0')).toBe(true);
    expect(liesIn('10.0.0.0/8', '::/0')).toBe(false);
    expect(overlapping('10.0.0.0/8', '10.1.0.0/16')).toBe(true);
    expect(overlapping('10.0.0.0/9', '10.128.0.0/9')).toBe(false);
  });

  it('are left out where a larger one has them', () => {
    expect(withoutInner(['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8', 'fd00::1'])).toEqual([
      '10.0.0.0/8',
      'fd00::1',
    ]);
  });

  it('are those around an address', () => {
    expect(networkAround('192.168.2.1', 24)).toBe('192.168.2.0/24');
    expect(networkAround('fd00:2::1', 64)).toBe('fd00:2::/64');
  });
});
