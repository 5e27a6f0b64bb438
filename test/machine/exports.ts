import { expect, test } from 'vitest';
import type { Host } from './host.ts';

const etab = '/var/lib/nfs/etab';

/** The kernel's NFS server through the real exportfs. Leaves web1 and web2 ready. */
export function exportTests(host: () => Host): void {
  const exported = async (address: string) => {
    const lines = (await host().shell(`cat ${etab}`)).split('\n');
    return lines.filter((line) => line.includes(`\t${address}(`));
  };

  test("auto takes the kernel's server, and starts it", async () => {
    await host().shell('systemctl stop nfs-server');
    expect(await host().shell('cat /proc/fs/nfsd/threads; command -v ganesha.nfsd')).toBe(
      '0\n/usr/bin/ganesha.nfsd',
    );
    await host().shell('systemctl start umlnfs@web1 umlnfs@web2');
    expect(Number(await host().shell('cat /proc/fs/nfsd/threads'))).toBeGreaterThan(0);
    expect((await host().run('pgrep ganesha')).stdout).toBe('');
  });

  test('each root is exported to its guest alone, as the root of its name space', async () => {
    expect((await host().shell('exportfs -v')).split('\n')).toEqual([
      expect.stringMatching(/^\/export\/web1\s+192\.168\.2\.2\(.*\bfsid=0,.*\brw,.*\bno_root_squash,/),
      expect.stringMatching(/^\/export\/web2\s+192\.168\.2\.3\(.*\bfsid=0,.*\brw,.*\bno_root_squash,/),
    ]);
    expect(await host().shell('cat /etc/exports.d/umlnfs.exports')).toMatch(
      /^# .*\n# guest web1\n\/export\/web1 192\.168\.2\.2\(rw,fsid=0,.*\)\n# guest web2\n\/export\/web2 192\.168\.2\.3\(/,
    );
  });

  test('two guests at once mount / over NFSv4.2, and each has its own root', async () => {
    const look = (guest: string) =>
      host().inside(guest, `echo ${guest} was here > /name; grep ' / nfs' /proc/mounts; cat /name`);
    const [first, second] = await Promise.all([look('web1'), look('web2')]);
    expect(first).toMatch(/^192\.168\.2\.1:\/ \/ nfs4 rw,.*vers=4\.2,.*\nweb1 was here$/);
    expect(second).toMatch(/^192\.168\.2\.1:\/ \/ nfs4 rw,.*vers=4\.2,.*\nweb2 was here$/);
    expect(await host().shell('cat /export/web1/name /export/web2/name')).toBe(
      'web1 was here\nweb2 was here',
    );
    const clients = await host().shell('grep -h ^name: /proc/fs/nfsd/clients/*/info | sort');
    expect(clients).toMatch(/^name: "Linux NFSv4\.2 web1-\w+\/web1"\nname: "Linux NFSv4\.2 web2-\w+\/web2"$/);
  });

  test("somebody's exportfs -ra keeps them all", async () => {
    await host().shell(
      'mkdir /srv/other && echo "/srv/other 10.9.9.0/24(ro,no_subtree_check)" >>/etc/exports',
    );
    const before = await host().shell(`sort ${etab}`);
    await host().shell('exportfs -ra');
    const after = (await host().shell(`sort ${etab}`)).split('\n');
    expect(after.filter((line) => !line.startsWith('/srv/other\t'))).toEqual(before.split('\n'));
    expect(after).toContainEqual(expect.stringMatching(/^\/srv\/other\t10\.9\.9\.0\/24\(/));
  });

  test('one that somebody removed is there again within seconds', async () => {
    const [before] = await exported('192.168.2.2');
    // At once, or the daemon may have been quicker.
    const left = await host().shell(`exportfs -u 192.168.2.2:/export/web1; grep -c 192.168.2.2 ${etab} || :`);
    expect(left).toBe('0');
    await host().until("web1's export", `grep -q 192.168.2.2 ${etab}`, 120);
    expect(await exported('192.168.2.2')).toEqual([before]);
    expect(await host().inside('web1', 'echo on > /on; cat /on')).toBe('on');
  });

  test('one whose options somebody changed is as it was within seconds', async () => {
    const [before = ''] = await exported('192.168.2.3');
    await host().shell('exportfs -o ro,fsid=0,no_subtree_check 192.168.2.3:/export/web2');
    await host().until("web2's export", `grep -q '192.168.2.3(rw' ${etab}`, 120);
    expect(await exported('192.168.2.3')).toEqual([before]);
    expect(await host().inside('web2', 'echo on > /on; cat /on')).toBe('on');
  });

  test('a table that somebody removed is written again', async () => {
    const before = await host().shell('cat /etc/exports.d/umlnfs.exports');
    await host().shell('rm /etc/exports.d/umlnfs.exports');
    await host().until('the table', '[ -e /etc/exports.d/umlnfs.exports ]', 120);
    expect(await host().shell('cat /etc/exports.d/umlnfs.exports')).toBe(before);
  });

  test('guests go on when the server is started again', async () => {
    const pids = () => Promise.all([host().unit('web1', 'MainPID'), host().unit('web2', 'MainPID')]);
    const before = await pids();
    await host().shell('systemctl restart nfs-server');
    expect(await host().inside('web1', 'echo after > /after; cat /after')).toBe('after');
    expect(await host().inside('web2', 'echo after > /after; cat /after')).toBe('after');
    expect(await pids()).toEqual(before);
  });

  test('a server that somebody stopped is started', async () => {
    await host().shell('systemctl stop nfs-server');
    await host().until('the server', '[ $(cat /proc/fs/nfsd/threads) -gt 0 ]', 300);
    expect(await host().inside('web1', 'echo again > /again; cat /again')).toBe('again');
  });
}
