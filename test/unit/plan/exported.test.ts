import { describe, expect, it } from 'vitest';
import type { ExportWanted } from '../../../src/model/desired.ts';
import { defaultVersion, mountDirectory } from '../../../src/plan/exported.ts';

function wanted(over: Partial<ExportWanted> = {}): ExportWanted {
  return { guest: 'web1', path: '/export/web1', client: '192.168.2.2', options: ['rw', 'fsid=0'], ...over };
}

describe('mountDirectory', () => {
  it('is / for the root of the NFSv4 name space of kernel nfsd', () => {
    expect(mountDirectory('exportfs', wanted(), '4.2')).toBe('/');
    expect(mountDirectory('exportfs', wanted({ options: ['fsid=root', 'rw'] }), '4')).toBe('/');
  });

  it('is the path over NFSv3, without fsid=0, and with another fsid', () => {
    expect(mountDirectory('exportfs', wanted(), '3')).toBe('/export/web1');
    expect(mountDirectory('exportfs', wanted({ options: ['rw'] }), '4.2')).toBe('/export/web1');
    expect(mountDirectory('exportfs', wanted({ options: ['rw', 'fsid=01'] }), '4.2')).toBe('/export/web1');
  });

  it('is the path for Ganesha, which has no fsid=0, and where nobody exports here', () => {
    expect(mountDirectory('ganesha', wanted(), '4.1')).toBe('/export/web1');
    expect(mountDirectory('none', wanted(), '4.2')).toBe('/export/web1');
  });

  it('is a place of its own for a guest of Ganesha that shares a directory', () => {
    expect(mountDirectory('ganesha', wanted({ path: '/export/golden' }), '4.1')).toBe(
      '/umlnfs/web1/export/golden',
    );
    expect(mountDirectory('ganesha', wanted({ path: '/export/xweb1' }), '4.1')).toBe(
      '/umlnfs/web1/export/xweb1',
    );
  });
});

describe('defaultVersion', () => {
  it('avoids 4.2 on Ganesha', () => {
    expect([defaultVersion('ganesha'), defaultVersion('exportfs'), defaultVersion('none')]).toEqual([
      '4.1',
      '4.2',
      '4.2',
    ]);
  });
});
