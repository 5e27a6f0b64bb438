import { expect, test } from 'vitest';
import { backingName, fitsOverlay, mountOf, mountUnit } from '../../../../src/model/rootfs/backing.ts';

const image = { kind: 'image', root: '/export/web1', directory: '/var/lib/umlnfs/images/web1-0' } as const;
const overlay = { ...image, kind: 'overlay', base: '/export/base' } as const;

test('each root has a name of its own among the images, that is one of a file', () => {
  expect(backingName('/export/web1')).toMatch(/^web1-[0-9a-f]{12}$/);
  expect(backingName('/export/web1')).toBe(backingName('/export/web1'));
  expect(backingName('/srv/web1')).not.toBe(backingName('/export/web1'));
  expect(backingName('/export/a,b c:"d')).toMatch(/^a_b_c__d-[0-9a-f]{12}$/);
  expect(backingName(`/export/${'x'.repeat(255)}`).length).toBeLessThan(100);
});

test('guests find no way to set-user-ID programs and devices of the host', () => {
  expect(mountOf(image).options).toEqual(['loop', 'nosuid', 'nodev', 'discard']);
  expect(mountOf(image, true).options).toEqual(['loop', 'discard']);
  expect(mountOf(overlay).options).toEqual([
    'lowerdir=/export/base',
    'upperdir=/var/lib/umlnfs/images/web1-0/upper',
    'workdir=/var/lib/umlnfs/images/web1-0/work',
    'index=on',
    'nfs_export=on',
    'nosuid',
    'nodev',
  ]);
});

test('systemd mounts it before any server exports it', () => {
  const text = mountUnit(overlay);
  expect(text).toContain('\nRequiresMountsFor=/var/lib/umlnfs/images/web1-0 /export/base\n');
  expect(text).toMatch(/\nBefore=.*nfs-server\.service.*umlnfsd\.service\n/);
  expect(text).toContain('\nWhere=/export/web1\nType=overlay\nOptions=lowerdir=/export/base,');
  expect(mountUnit({ ...image, root: '/export/100%' })).toContain('\nWhere=/export/100%%\n');
  // Where /export is a link.
  expect(mountUnit(image, '/srv/export/web1')).toContain('\nWhere=/srv/export/web1\n');
});

test.each(['/a:b', '/a,b', '/a b', '/a\\b'])('%j is none that overlayfs takes as it is', (path) => {
  expect(fitsOverlay(path)).toBe(false);
  expect(fitsOverlay('/export/web-1.old')).toBe(true);
});
