import { expect, test } from 'vitest';
import type { Host } from './host.ts';

/** What lies beneath roots, seen by the kernel's NFS server. Leaves nothing of its own behind. */
export function rootTests(host: () => Host): void {
  test('a disk and an overlay of their own are served as any root is, each written apart', async () => {
    const base = await host().shell('umlnfs rootfs clone --method=copy --plain web2 base 2>&1 || true');
    // A guest runs from it.
    expect(base).toContain('web2');
    await host().shell('umlnfs rootfs clone --method=copy --plain old base');
    expect(await host().shell('umlnfs rootfs clone --size=64M base disk 2>&1')).toMatch(
      /file system of its own/,
    );
    expect(await host().shell('umlnfs rootfs clone --method=overlay base over 2>&1')).toMatch(/overlay/);
    expect(await host().shell('findmnt --noheadings --output FSTYPE /export/disk /export/over')).toMatch(
      /^ext4\s+overlay$/,
    );
    await host().define('disk', '192.168.2.5');
    await host().define('over', '192.168.2.6');
    await host().until('both to be known', 'umlnfs status disk over >/dev/null; [ $? != 4 ]', 300);
    await host().shell('systemctl start umlnfs@disk umlnfs@over');
    for (const guest of ['disk', 'over']) {
      const script = `echo ${guest} was here > /name; mkdir /made; mv /name /made/name; sync; cat /made/name`;
      expect(await host().inside(guest, script)).toBe(`${guest} was here`);
      expect(await host().shell(`cat /export/${guest}/made/name`)).toBe(`${guest} was here`);
    }
    expect((await host().run('ls /export/base/made')).status).not.toBe(0);
    // Its export is that of the mount, not of the directory beneath.
    await host().shell('systemctl restart nfs-server');
    expect(await host().inside('over', 'cat /made/name')).toBe('over was here');
    expect(await host().inside('disk', 'cat /made/name')).toBe('disk was here');
  });

  test('and go when nobody needs them', async () => {
    await host().shell('rm /etc/umlnfs.d/disk.conf /etc/umlnfs.d/over.conf');
    await host().until('their exports to go', '! grep -qE "/export/(disk|over)" /var/lib/nfs/etab', 300);
    await host().shell('for one in disk over base; do umlnfs rootfs remove --yes $one; done');
    expect(await host().shell('ls /export')).not.toMatch(/disk|over|base/);
    expect((await host().run('findmnt /export/disk')).status).not.toBe(0);
  });
}
