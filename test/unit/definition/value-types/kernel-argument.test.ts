import { describe, expect, it } from 'vitest';
import { kernelArgument } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE } from '../../../support/value-type.ts';

describe('kernelArgument', () => {
  it('takes what is only about the guest', () =>
    expectValues(
      kernelArgument,
      [
        'quiet',
        'nfsrootdebug',
        'rootwait',
        'systemd.unit=rescue.target',
        'single',
        'loglevel=7',
        'ignore_loglevel',
        'panic=5',
        'nosysemu',
        'nfs.callback_tcpport=4000',
        'initcall_debug',
        'memtest=1',
        'ipv6.disable=1',
        'rodata=off',
        'earlyprintk',
        'sysctl.kernel.hostname=x',
        'a=b=c,d;e#f',
      ].map((text) => [text, text] as const),
    ));

  it('takes no more than one word', () =>
    expectRefused(kernelArgument, [
      'hostname=x init=/bin/sh',
      '"a b"',
      'a="b',
      "a='b'",
      'x'.repeat(257),
      ...HOSTILE.filter((text) => !['../x', '$(id)'].includes(text)),
    ]));

  it.each([
    [
      'what umlnfs sets itself',
      ['root=/dev/ubd0', 'rootfstype=hostfs', 'rootflags=/', 'rw', 'ro', 'nfsroot=1.2.3.4:/'],
    ],
    [
      'aliases of it',
      ['nfsaddrs=1', 'ip=dhcp', 'ip', 'init=/bin/sh', 'rdinit=/bin/sh', 'initrd=/etc/shadow', 'noinitrd'],
    ],
    [
      'names and limits',
      ['mem=4G', 'umid=x', 'uml_dir=/etc', 'hostname=x', 'noreboot', 'seccomp=on', 'umlnfs.x=1'],
    ],
    ['the NFS identity', ['nfs.nfs4_unique_id=other', 'nfs4_unique_id=other', 'nfs.nfs4-unique-id=other']],
    [
      'consoles',
      ['con=fd:3', 'con0=port:9000', 'console=tty0', 'ssl0=xterm', 'xterm=/bin/sh,-T,-e', 'tty_log_fd=3'],
    ],
    ['networks', ['eth0=tuntap,tap0', 'eth1=daemon', 'vec0:transport=raw,ifname=eth0', 'vec9:x']],
    ['disks', ['ubd0=/etc/shadow', 'ubda=/x', 'udb0=x', 'fake_ide']],
    [
      'files and sockets of the host',
      ['hostfs=/', 'iomem=x,/dev/mem', 'mconsole=notify:/x', 'virtio_uml.device=/s:1'],
    ],
    [
      'their spelling with hyphens',
      ['virtio-uml.device=/s:1', 'uml-dir=/x', 'time-travel=ext:/s', 'tty-log-dir=/x'],
    ],
    ['sound', ['dsp=/dev/mem', 'mixer=/dev/mem', 'hostaudio.dsp=/dev/mem']],
    [
      "UML's own",
      ['debug', 'gdb', 'gdb-pid=1', 'jail', 'honeypot', 'aio=2.4', '--', '--help', '--showconfig', '-x'],
    ],
  ])('refuses %s', (_what, texts) => expectRefused(kernelArgument, texts));

  it('says what to write instead', () => {
    expect(() => kernelArgument.parse('mem=1G')).toThrow('"mem=1G" is refused: write Memory= of [Guest]');
  });
});
