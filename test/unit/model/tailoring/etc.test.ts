import { describe, expect, it } from 'vitest';
import { fstabForNfsRoot, haltWithNetwork, hostsWith } from '../../../../src/model/tailoring/etc.ts';

describe('hostsWith', () => {
  it('makes a file where there is none', () => {
    expect(hostsWith(undefined, 'web1')).toBe(
      '127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tweb1\t# umlnfs\n',
    );
  });

  it('adds one line to an existing file and leaves the rest', () => {
    const hosts = '# mine\n127.0.0.1 localhost\n10.0.0.1 db';
    expect(hostsWith(hosts, 'web1')).toBe(`${hosts}\n127.0.1.1\tweb1\t# umlnfs\n`);
    expect(hostsWith(`${hosts}\n`, 'web1')).toBe(`${hosts}\n127.0.1.1\tweb1\t# umlnfs\n`);
  });

  it('leaves a file alone that knows the name', () => {
    for (const hosts of ['127.0.1.1 web1.example.org web1\n', '192.168.2.2\tweb1 # static\n']) {
      expect(hostsWith(hosts, 'web1')).toBe(hosts);
    }
  });

  it('does not take a comment for a name', () => {
    expect(hostsWith('127.0.0.1 localhost # not web1\n', 'web1')).toContain('\n127.0.1.1\tweb1\t# umlnfs\n');
  });

  it('follows a change of the name with its own line', () => {
    const first = hostsWith(undefined, 'web1');
    expect(hostsWith(first, 'web2')).toBe(first.replace('web1', 'web2'));
  });

  it.each(['', '\n', 'x', '127.0.0.1 localhost\n\n'])('is done after once: %j', (hosts) => {
    const once = hostsWith(hosts, 'web1');
    expect(hostsWith(once, 'web1')).toBe(once);
  });
});

describe('fstabForNfsRoot', () => {
  const commented = (line: string) =>
    fstabForNfsRoot(line) === `# umlnfs: not for a guest whose root is on NFS: ${line}`;

  it.each([
    'UUID=0a1b / ext4 errors=remount-ro 0 1',
    '/dev/vda1 / ext4 defaults 0 1',
    '  LABEL=home /home ext4 defaults 0 2',
    'PARTUUID=1 /boot/efi vfat umask=0077 0 1',
    '/dev/mapper/vg-swap none swap sw 0 0',
    '/dev/sda5 none swap sw',
  ])('comments out %s', (line) => {
    expect(commented(line)).toBe(true);
  });

  it.each([
    '',
    '# / was on /dev/sda1',
    '#UUID=0a1b / ext4 defaults',
    'proc /proc proc defaults 0 0',
    'tmpfs /tmp tmpfs size=64m 0 0',
    '192.168.2.1:/export/web1 / nfs4 rw 0 0',
    '192.168.2.1:/srv /srv nfs4 _netdev 0 0',
    '/dev/ubdb /data ext4 defaults 0 2',
    '/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0',
    '/swapfile none swap sw 0 0',
    'garbage',
  ])('leaves %j', (line) => {
    expect(fstabForNfsRoot(line)).toBe(line);
  });

  it('keeps order and line ends, and is done after once', () => {
    const fstab = '# head\n/dev/vda1 / ext4 defaults 0 1\ntmpfs /tmp tmpfs defaults\n';
    const once = fstabForNfsRoot(fstab);
    expect(once.split('\n')).toHaveLength(4);
    expect(once.startsWith('# head\n# umlnfs:')).toBe(true);
    expect(fstabForNfsRoot(once)).toBe(once);
  });
});

describe('haltWithNetwork', () => {
  const out = '# umlnfs: not for a guest whose root is on NFS: ';
  it.each([
    ['', 'NETDOWN=no\n'],
    ['HALT=poweroff\nNETDOWN=yes\n\n', `HALT=poweroff\n${out}NETDOWN=yes\nNETDOWN=no\n`],
    ['NETDOWN=no\nNETDOWN=', `${out}NETDOWN=no\n${out}NETDOWN=\nNETDOWN=no\n`],
    ['# NETDOWN=no\n', '# NETDOWN=no\nNETDOWN=no\n'],
  ])('keeps the network where it is %j', (before, after) => {
    expect(haltWithNetwork(before)).toBe(after);
    expect(haltWithNetwork(after)).toBe(after);
  });

  it.each(['NETDOWN=no\n', 'NETDOWN=yes\nexport NETDOWN="no" # mine\n'])('leaves %j', (halt) => {
    expect(haltWithNetwork(halt)).toBe(halt);
  });
});
