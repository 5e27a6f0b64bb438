import { describe, expect, it } from 'vitest';
import { inittabForGuest, inittabWithAutologin } from '../../../../src/model/tailoring/inittab.ts';

const debian = `id:2:initdefault:
si::sysinit:/etc/init.d/rcS
l2:2:wait:/etc/init.d/rc 2
ca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now
1:2345:respawn:/sbin/getty --noclear 38400 tty1
2:23:respawn:/sbin/getty 38400 tty2
#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100
`;
const alpine = `::sysinit:/sbin/openrc sysinit
::wait:/sbin/openrc default
tty1::respawn:/sbin/getty 38400 tty1
tty2::respawn:/sbin/getty 38400 tty2
::ctrlaltdel:/sbin/reboot
::shutdown:/sbin/openrc shutdown
`;

describe("System V's init", () => {
  const made = inittabForGuest(debian, 'sysvinit') ?? '';

  it('tells that the guest is ready after its runlevel, and powers off on ctrl-alt-del', () => {
    expect(made.indexOf('umrd:2345:once:')).toBeGreaterThan(made.indexOf('\nl2:2:wait:'));
    expect(made).toContain('\numca:12345:ctrlaltdel:/sbin/shutdown -h -P now\n');
    expect(made).toContain('\n# umlnfs: not for a guest: ca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now\n');
  });

  it('keeps the login on the console, and has none elsewhere', () => {
    expect(made).toContain('\n1:2345:respawn:/sbin/getty --noclear 38400 tty1\n');
    expect(made).toContain('\n# umlnfs: not for a guest: 2:23:respawn:/sbin/getty 38400 tty2\n');
    expect(made).not.toContain('umt1');
    expect(made).toContain('\n#T0:');
  });

  it('is left alone without a table', () => {
    expect(inittabForGuest(undefined, 'sysvinit')).toBeUndefined();
  });
});

describe("busybox' init", () => {
  it('has the same in its own words', () => {
    const made = inittabForGuest(alpine, 'busybox') ?? '';
    expect(made).toMatch(/^::once:.*echo READY=1 >\/proc\/mconsole/m);
    expect(made).toContain('\n::ctrlaltdel:poweroff\n');
    expect(made).toContain('\n# umlnfs: not for a guest: tty2::respawn:');
    expect(made).toContain('\ntty1::respawn:/sbin/getty 38400 tty1\n');
    expect(made).toContain('\n::shutdown:/sbin/openrc shutdown\n');
  });

  it('gets a table where there is none', () => {
    const made = inittabForGuest(undefined, 'busybox') ?? '';
    expect(made).toMatch(/^::sysinit:\/etc\/init\.d\/rcS\n/);
    expect(made).toContain('\ntty1::respawn:getty 38400 tty1\n');
  });
});

describe('an administrator', () => {
  it.each(['sysvinit', 'busybox'] as const)('has the last word (%s)', (init) => {
    const own = [
      'x1:2:once:/usr/local/bin/ready /proc/mconsole',
      'ca::ctrlaltdel:/usr/local/bin/goodbye',
      'tty1:2:respawn:/usr/local/bin/shell',
      '',
    ].join('\n');
    expect(inittabForGuest(own, init)).toBe(own);
  });
});

describe.each([
  ['sysvinit', debian],
  ['busybox', alpine],
] as const)('%s', (init, table) => {
  const once = inittabForGuest(table, init) ?? '';

  it('is done after once', () => {
    expect(inittabForGuest(once, init)).toBe(once);
  });

  it('repairs its block, also one that has lost its end', () => {
    expect(inittabForGuest(once.replace(/^.*READY.*\n/m, ''), init)).toBe(once);
    const open = inittabForGuest(once.replace(/^# made by umlnfs: end\n/m, ''), init) ?? '';
    expect(open).toContain(':ctrlaltdel:');
    expect(inittabForGuest(open, init)).toBe(open);
  });

  it('logs root in on the console, once, and tailoring leaves that', () => {
    const made = inittabWithAutologin(once, init);
    expect(made.match(/^[^#].*:respawn:.*$/gm)).toHaveLength(1);
    expect(inittabWithAutologin(made, init)).toBe(made);
    expect(inittabForGuest(made, init)).toBe(made);
  });
});
