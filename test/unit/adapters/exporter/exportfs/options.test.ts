import { describe, expect, it } from 'vitest';
import { normalOptions, sameOptions } from '../../../../../src/adapters/exporter/exportfs/options.ts';

/** A line of etab as nfs-utils 2.6 writes it for `ro`. */
const defaults =
  'ro,sync,wdelay,hide,nocrossmnt,secure,root_squash,no_all_squash,no_subtree_check,secure_locks,acl,no_pnfs,anonuid=65534,anongid=65534,sec=sys,ro,root_squash,no_all_squash'.split(
    ',',
  );

describe('sameOptions', () => {
  it('knows the defaults that exportfs fills in', () => {
    expect(sameOptions([], defaults)).toBe(true);
    expect(sameOptions(['ro', 'sync', 'sec=sys', 'anonuid=65534'], defaults)).toBe(true);
    expect(normalOptions(defaults)).toEqual(normalOptions([]));
  });

  it.each([
    ['auth_nlm', 'secure_locks'],
    ['no_auth_nlm', 'insecure_locks'],
    ['fsid=root', 'fsid=0'],
    ['mp', 'mountpoint'],
    ['mp=/srv', 'mountpoint=/srv'],
    ['anonuid=-1', 'anonuid=4294967295'],
  ])('takes %s for %s', (a, b) => {
    expect(sameOptions([a], [b])).toBe(true);
  });

  it.each([
    ['rw'],
    ['async'],
    ['no_root_squash'],
    ['all_squash'],
    ['subtree_check'],
    ['fsid=0'],
    ['anongid=5'],
    ['sec=krb5'],
    ['insecure'],
    ['nordirplus'],
    ['mp'],
    ['refer=/a@host'],
  ])('tells %s from the defaults', (option) => {
    expect(sameOptions([option], defaults)).toBe(false);
    expect(sameOptions([option], [...defaults, option])).toBe(true);
  });
});
