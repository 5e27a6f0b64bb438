import { expect, test } from 'vitest';
import type { Host } from './host.ts';

/** What lies beneath roots, seen by the kernel's NFS server. Leaves nothing of its own behind but roots. */
export function rootTests(host: () => Host): void {
  test('a disk and an overlay of their own are served as any root is, each written apart', async () => {
    // Nobody's any more.
    const [disk, over] = await Promise.all([
      host().shell('umlnfs rootfs clone --size=64M old disk 2>&1'),
      host().shell('umlnfs rootfs clone --method=overlay old over 2>&1'),
    ]);
    expect(disk).toMatch(/file system of its own/);
    expect(over).toMatch(/overlay/);
    const kind = (name: string) => host().shell(`findmnt --noheadings --output FSTYPE /export/${name}`);
    expect([await kind('disk'), await kind('over')]).toEqual(['ext4', 'overlay']);
    await host().define('disk', '192.168.2.5');
    await host().define('over', '192.168.2.6');
    await host().until('both to be known', 'umlnfs status disk over >/dev/null; [ $? != 4 ]', 300);
    await host().shell('systemctl start umlnfs@disk umlnfs@over');
    await Promise.all(
      ['disk', 'over'].map(async (guest) => {
        const script = `echo ${guest} was here > /name; mkdir /made; mv /name /made/name; sync; cat /made/name`;
        expect(await host().inside(guest, script)).toBe(`${guest} was here`);
        expect(await host().shell(`cat /export/${guest}/made/name`)).toBe(`${guest} was here`);
      }),
    );
    expect((await host().run('ls /export/old/made')).status).not.toBe(0);
    await host().shell('rm /etc/umlnfs.d/disk.conf /etc/umlnfs.d/over.conf');
    await host().until('their exports to go', '! grep -qE "/export/(disk|over)" /var/lib/nfs/etab', 300);
  });
}
