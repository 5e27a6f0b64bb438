import { expect, test } from 'vitest';
import type { Host } from './host.ts';

/** What lies beneath roots, seen by the kernel's NFS server. Leaves nothing of its own behind but roots. */
export function rootTests(host: () => Host): void {
  test('a disk and an overlay are served as any root is, by path over NFSv3 too, each written apart', async () => {
    const [disk, over] = await Promise.all([
      host().shell('umlnfs rootfs clone --size=64M base disk 2>&1'),
      host().shell('umlnfs rootfs clone --method=overlay base over 2>&1'),
    ]);
    expect(disk).toMatch(/file system of its own/);
    expect(over).toMatch(/overlay/);
    const kind = (name: string) => host().shell(`findmnt --noheadings --output FSTYPE /export/${name}`);
    expect([await kind('disk'), await kind('over')]).toEqual(['ext4', 'overlay']);
    await host().define('disk', '192.168.2.5', 'Version=3');
    await host().define('over', '192.168.2.6');
    await host().until('both to be known', 'umlnfs status disk over >/dev/null; [ $? != 4 ]', 300);
    await host().shell('systemctl start umlnfs@disk umlnfs@over');
    const [three, four] = await Promise.all(
      ['disk', 'over'].map(async (guest) => {
        const write = `echo ${guest} was here > /name; mkdir /made; mv /name /made/name; sync; cat /made/name`;
        const told = await host().inside(guest, `${write}; grep ' / nfs' /proc/mounts`);
        expect(told.split('\n')[0]).toBe(`${guest} was here`);
        expect(await host().shell(`cat /export/${guest}/made/name`)).toBe(`${guest} was here`);
        return told;
      }),
    );
    expect(three).toMatch(/^192\.168\.2\.1:\/export\/disk \/ nfs rw,.*vers=3,/m);
    expect(four).toMatch(/^192\.168\.2\.1:\/ \/ nfs4 rw,.*vers=4\.2,/m);
    expect((await host().run('ls /export/base/made')).status).not.toBe(0);
  });

  test('exports go with their definitions, and no others', async () => {
    const others = async () =>
      (await host().shell('sort /var/lib/nfs/etab'))
        .split('\n')
        .filter((line) => !/^\/export\/(disk|over)\t/.test(line));
    const before = await others();
    await host().shell('rm /etc/umlnfs.d/disk.conf /etc/umlnfs.d/over.conf');
    await host().until('their exports to go', '! grep -qE "/export/(disk|over)" /var/lib/nfs/etab', 300);
    expect(await host().shell('systemctl is-active umlnfs@disk umlnfs@over || true')).toBe(
      'inactive\ninactive',
    );
    expect(await others()).toEqual(before);
    expect(await host().shell('cat /etc/exports.d/umlnfs.exports')).not.toMatch(/disk|over/);
  });
}
