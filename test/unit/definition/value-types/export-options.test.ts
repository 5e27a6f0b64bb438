import { describe, expect, it } from 'vitest';
import { exportOptions } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE, INHERITED } from '../../../support/value-type.ts';

describe('exportOptions', () => {
  it('takes the options of exports(5) in their order', () =>
    expectValues(exportOptions, [
      [
        'rw,fsid=0,async,wdelay,no_root_squash,no_subtree_check',
        ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'],
      ],
      ['ro,sec=krb5p:sys,anonuid=65534,anongid=-1', ['ro', 'sec=krb5p:sys', 'anonuid=65534', 'anongid=-1']],
      ['fsid=6f8b1c1e-64a5-4f0a-9f5e-6f0b1c1e64a5,mp', ['fsid=6f8b1c1e-64a5-4f0a-9f5e-6f0b1c1e64a5', 'mp']],
      ['refer=/a@10.0.0.1+10.0.0.2:/b@host', ['refer=/a@10.0.0.1+10.0.0.2:/b@host']],
    ]));

  it('takes nothing that is no option, or begins something new in a line of exports(5)', () =>
    expectRefused(exportOptions, [
      'rw,',
      ',rw',
      'rw,,sync',
      'rw fsid=0',
      'rw, fsid=0',
      'rw) *(rw',
      'rw)',
      'rw\n/etc *(rw)',
      'fsid',
      'fsid=',
      'fsid=a b',
      'fsid=0)',
      'sec=',
      'sec=sys:',
      'sec=magic',
      'anonuid=root',
      'anonuid=99999999999',
      'RW',
      'rw=1',
      'no_such_option',
      ...INHERITED,
      '__proto__=1',
      'refer=/a@b c',
      ...HOSTILE,
    ]));

  it('says what contradicts what', () => {
    expect(() => exportOptions.parse('rw,ro')).toThrow('"ro" contradicts "rw"');
    expect(() => exportOptions.parse('fsid=0,fsid=1')).toThrow('"fsid=1" contradicts "fsid=0"');
    expect(() => exportOptions.parse('rw,rw')).toThrow('"rw" is there twice');
  });
});
