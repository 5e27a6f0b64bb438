import { describe, expect, it } from 'vitest';
import { interfaceName, mac } from '../../../src/definition/value-types.ts';
import { guestUid } from '../../../src/model/guest-uid.ts';
import { stableMac } from '../../../src/model/mac.ts';
import { tapName } from '../../../src/model/tap-name.ts';

const names = Array.from({ length: 500 }, (_, index) => `guest-${index}`);

describe('stableMac', () => {
  it('is always the same for a guest of a host, and another one otherwise', () => {
    expect(stableMac('host', 'web1')).toBe(stableMac('host', 'web1'));
    expect(stableMac('host', 'web1')).not.toBe(stableMac('host', 'web2'));
    expect(stableMac('host', 'web1')).not.toBe(stableMac('other', 'web1'));
    expect(new Set(names.map((name) => stableMac('host', name))).size).toBe(names.length);
  });
  it('is one a host can have, locally administered', () => {
    for (const name of names) {
      const address = stableMac('host', name);
      expect(mac.parse(address)).toBe(address);
      expect(Number.parseInt(address.slice(0, 2), 16) & 2).toBe(2);
    }
  });
});

describe('tapName', () => {
  it('is the name where it fits, and a digest elsewhere', () => {
    expect(tapName('web1')).toBe('uml-web1');
    expect(tapName('eleven-char')).toBe('uml-eleven-char');
    expect(tapName('twelve-chars')).toMatch(/^uml-[0-9a-f]{11}$/);
    expect(tapName('twelve-chars')).not.toBe(tapName('twelve-charz'));
  });
  it('is one the kernel takes', () => {
    for (const name of ['a', 'x'.repeat(32), 'a.b_c-d', ...names])
      expect(interfaceName.parse(tapName(name))).toBe(tapName(name));
  });
});

describe('guestUid', () => {
  it('is a number of its own above the users and containers of the host', () => {
    // printf web1 | sha256sum | cut -c1-6: added to 0x70000000.
    expect(guestUid('web1')).toBe(0x70000000 + 0x659a7f);
    for (const name of names) {
      expect(guestUid(name)).toBeGreaterThanOrEqual(1_879_048_192);
      expect(guestUid(name)).toBeLessThan(2 ** 31);
    }
    expect(new Set(names.map(guestUid)).size).toBe(names.length);
  });
});
