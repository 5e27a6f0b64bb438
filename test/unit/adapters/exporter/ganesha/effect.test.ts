import { describe, expect, it } from 'vitest';
import {
  effectOf,
  effectOfBits,
  optionsOf,
  sameEffect,
} from '../../../../../src/adapters/exporter/ganesha/effect.ts';

const effect = (...options: string[]) => effectOf('export', options);

describe('effectOf', () => {
  it('has the defaults of exports(5)', () => {
    expect(effect()).toEqual({
      write: false,
      squash: 'root',
      anonuid: 65_534,
      anongid: 65_534,
      privilegedPort: true,
      flavours: ['sys'],
    });
  });

  it('takes what has a counterpart', () => {
    expect(effect('rw', 'no_root_squash', 'insecure')).toMatchObject({
      write: true,
      squash: 'none',
      privilegedPort: false,
    });
    expect(effect('all_squash', 'no_root_squash', 'anonuid=-1', 'anongid=7')).toMatchObject({
      squash: 'all',
      anonuid: 4_294_967_295,
      anongid: 7,
    });
    expect(effect('sec=krb5:sys:null').flavours).toEqual(['krb5', 'none', 'sys']);
  });

  it('leaves out what has none and does no harm, and refuses what would', () => {
    const recipe = [
      'fsid=0',
      'async',
      'wdelay',
      'no_subtree_check',
      'crossmnt',
      'no_acl',
      'nordirplus',
      'mp',
    ];
    expect(effect(...recipe)).toEqual(effect());
    for (const option of ['xprtsec=tls', 'refer=/a@host', 'replicas=/a@host']) {
      expect(() => effect(option)).toThrow(/cannot export: NFS-Ganesha has nothing/);
    }
  });
});

describe('effectOfBits', () => {
  // As NFS-Ganesha 4.3 showed them for rw,no_root_squash and for ro,insecure.
  it('reads what a server shows', () => {
    expect(effectOfBits(35_660_768, 65_534, 65_534)).toEqual(effect('rw', 'no_root_squash'));
    expect(effectOfBits(35_659_938, 65_534, 65_534)).toEqual(effect('insecure'));
  });

  it('knows no access and a squash that exports(5) does not have', () => {
    expect(effectOfBits(0x2000, 0, 0)).toBeUndefined();
    expect(effectOfBits(0x2000 | 0x20 | 0x1, 0, 0)).toBeUndefined();
  });
});

describe('optionsOf', () => {
  it('gives options with the same effect', () => {
    for (const options of [
      [],
      ['rw', 'no_root_squash'],
      ['all_squash', 'anonuid=5', 'sec=sys:krb5', 'insecure'],
    ]) {
      expect(sameEffect(effect(...optionsOf(effect(...options))), effect(...options))).toBe(true);
    }
    expect(sameEffect(effect('rw'), effect('ro'))).toBe(false);
  });
});
