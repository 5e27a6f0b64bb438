import { describe, expect, test } from 'vitest';
import type { GuestWanted } from '../../../src/model/desired.ts';
import { UserError } from '../../../src/model/error.ts';
import type { KernelCaps } from '../../../src/model/observed.ts';
import { type CommandLineInput, kernelCommandLine, mconsolePath } from '../../../src/plan/command-line.ts';
import { guestWanted } from '../../support/model.ts';

const modular: KernelCaps = {
  version: '6.1.176',
  nfsRoot: 'initramfs',
  ipAutoconf: ['dhcp'],
  transports: ['vector', 'tuntap'],
  seccomp: false,
  udp: true,
  ipv6: 'module',
};
const builtin: KernelCaps = { ...modular, nfsRoot: 'builtin', ipAutoconf: ['dhcp', 'bootp', 'rarp'] };

function input(guest: GuestWanted, change: Partial<CommandLineInput> = {}): CommandLineInput {
  return {
    guest,
    caps: modular,
    initramfs: '/var/cache/umlnfs/initramfs-1.cpio',
    mount: { directory: '/export/web1', defaultVersion: '4.2' },
    paths: {
      umlDir: '/run/umlnfs/guests/web1/uml',
      notify: '/run/umlnfs/guests/web1/notify',
      hostfsJail: '/run/umlnfs/guests/web1/empty',
    },
    ...change,
  };
}

function line(guest: GuestWanted, change: Partial<CommandLineInput> = {}): string[] {
  return kernelCommandLine(input(guest, change));
}

function refusal(guest: GuestWanted, change: Partial<CommandLineInput> = {}): string {
  try {
    kernelCommandLine(input(guest, change));
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('it was not refused');
}

function find(args: readonly string[], start: string): string | undefined {
  return args.find((arg) => arg.startsWith(start));
}

test('the whole line of a plain guest', () => {
  expect(line(guestWanted())).toEqual([
    'umid=web1',
    'uml_dir=/run/umlnfs/guests/web1/uml',
    'mem=131072K',
    'initrd=/var/cache/umlnfs/initramfs-1.cpio',
    'initramfs_async=0',
    'root=/dev/nfs',
    'rw',
    'nfsroot=192.168.2.1:/export/web1,vers=4.2,proto=tcp,rsize=1048576,wsize=1048576,hard',
    'nfs.nfs4_unique_id=web1-020000000002',
    'vec0:transport=tap,ifname=uml-web1,mac=02:00:00:00:00:02,gro=1,depth=128',
    'ip=192.168.2.2:192.168.2.1:192.168.2.1:255.255.255.0:web1:vec0:off',
    'noreboot',
    'mconsole=notify:/run/umlnfs/guests/web1/notify',
    'hostfs=/run/umlnfs/guests/web1/empty',
    'con=null',
    'con0=null,fd:1',
    'con1=pts',
    'ssl=null',
    'console=tty0',
  ]);
});

test('the mconsole path is the one that UML makes of umid= and uml_dir=', () => {
  expect(mconsolePath('/run/umlnfs/guests/web1/uml', 'web1')).toBe(
    '/run/umlnfs/guests/web1/uml/web1/mconsole',
  );
});

describe('the root', () => {
  test('a version that is given stands alone', () => {
    const { root } = guestWanted();
    const guest = guestWanted({ root: { ...root, versionGiven: true, options: ['vers=3', 'proto=tcp'] } });
    expect(find(line(guest), 'nfsroot=')).toBe('nfsroot=192.168.2.1:/export/web1,vers=3,proto=tcp');
  });

  test('the directory and the default version are the exporter’s', () => {
    const args = line(guestWanted(), { mount: { directory: '/', defaultVersion: '4.1' } });
    expect(find(args, 'nfsroot=')).toMatch(/^nfsroot=192\.168\.2\.1:\/,vers=4\.1,/);
  });

  test('read-only says ro and not rw', () => {
    const guest = guestWanted({ root: { ...guestWanted().root, readOnly: true } });
    expect(line(guest)).toContain('ro');
    expect(line(guest)).not.toContain('rw');
  });

  test('a kernel with NFS root built in gets no initramfs', () => {
    const args = line(guestWanted(), { caps: builtin, initramfs: undefined });
    expect(args.filter((arg) => arg.startsWith('init'))).toEqual([]);
  });

  test('IPv6 is a module to load where the network has it and the kernel needs one', () => {
    const guest = guestWanted({ network: { ...guestWanted().network, ipv6: 'fd00:2::2' } });
    const modules = (caps: KernelCaps, wanted = guest) =>
      line(wanted, { caps }).filter((arg) => arg.startsWith('umlnfs.modules='));
    expect(modules(modular)).toEqual(['umlnfs.modules=ipv6']);
    expect(modules(modular, { ...guest, serves: true })).toEqual([
      'umlnfs.modules=nfsd',
      'umlnfs.modules=ipv6',
    ]);
    expect(modules({ ...modular, ipv6: 'builtin' })).toEqual([]);
    expect(modules({ ...modular, ipv6: 'none' })).toEqual([]);
    expect(modules(modular, guestWanted())).toEqual([]);
  });

  test.each(['/a,b', '/a b', '/100%s', '/a\nb', 'relative', '/tab\t'])(
    'a directory that the kernel would misread is refused: %j',
    (directory) => {
      expect(refusal(guestWanted(), { mount: { directory, defaultVersion: '4.2' } })).toMatch(
        /nfsroot= cannot name/,
      );
    },
  );

  test('options are refused at the length from which the kernel drops them', () => {
    const { root } = guestWanted();
    const withLength = (length: number) =>
      guestWanted({ root: { ...root, versionGiven: true, options: ['x'.repeat(length)] } });
    expect(() => line(withLength(194))).not.toThrow();
    expect(refusal(withLength(195))).toMatch(/195 characters.*at most 194/);
  });

  test('nfsroot= is refused at the length from which the kernel cuts it', () => {
    const mount = { directory: `/${'d'.repeat(1024)}`, defaultVersion: '4.2' };
    expect(refusal(guestWanted(), { mount })).toMatch(/nfsroot= would be \d+ bytes/);
  });
});

describe('the network', () => {
  const network = guestWanted().network;

  test('all fields of ip= are said', () => {
    const guest = guestWanted({ network: { ...network, dns: ['9.9.9.9', '1.1.1.1'], ntp: '192.168.2.3' } });
    expect(find(line(guest), 'ip=')).toBe(
      'ip=192.168.2.2:192.168.2.1:192.168.2.1:255.255.255.0:web1:vec0:off:9.9.9.9:1.1.1.1:192.168.2.3',
    );
  });

  test('a field that is missing keeps the others in place', () => {
    const guest = guestWanted({ network: { ...network, gateway: undefined, ntp: '192.168.2.3' } });
    expect(find(line(guest), 'ip=')).toBe(
      'ip=192.168.2.2:192.168.2.1::255.255.255.0:web1:vec0:off:::192.168.2.3',
    );
  });

  test('an address from DHCP leaves the first field empty', () => {
    const guest = guestWanted({ network: { ...network, address: undefined, autoconf: 'dhcp' } });
    expect(find(line(guest), 'ip=')).toBe('ip=:192.168.2.1:192.168.2.1:255.255.255.0:web1:vec0:dhcp');
  });

  test.each(['bootp', 'rarp'] as const)('%s needs a kernel that has it', (autoconf) => {
    const guest = guestWanted({ network: { ...network, address: undefined, autoconf } });
    expect(refusal(guest)).toContain(`CONFIG_IP_PNP_${autoconf.toUpperCase()}`);
    expect(find(line(guest, { caps: builtin }), 'ip=')).toMatch(new RegExp(`:${autoconf}$`));
  });

  test('DHCP without udhcpc says what is missing', () => {
    const guest = guestWanted({ network: { ...network, autoconf: 'dhcp' } });
    expect(refusal(guest, { caps: { ...modular, ipAutoconf: [] } })).toMatch(/udhcpc/);
  });

  test.each([
    ['auto', ['tuntap'], 'eth0=tuntap,uml-web1,02:00:00:00:00:02'],
    ['tuntap', ['vector', 'tuntap'], 'eth0=tuntap,uml-web1,02:00:00:00:00:02'],
    ['auto', ['vector'], 'vec0:transport=tap,ifname=uml-web1,mac=02:00:00:00:00:02,gro=1,depth=128'],
  ] as const)('transport %s on a kernel with %j', (transport, transports, device) => {
    const args = line(guestWanted({ network: { ...network, transport } }), {
      caps: { ...modular, transports },
    });
    expect(args).toContain(device);
    expect(find(args, 'ip=')).toContain(`:${device.slice(0, 4)}:`);
  });

  test.each([
    ['vector', 'CONFIG_UML_NET_VECTOR'],
    ['tuntap', 'CONFIG_UML_NET_TUNTAP'],
  ] as const)('transport %s is refused on a kernel without it', (transport, option) => {
    const transports = transport === 'vector' ? (['tuntap'] as const) : (['vector'] as const);
    const guest = guestWanted({ network: { ...network, transport } });
    const message = refusal(guest, { caps: { ...modular, transports } });
    expect(message).toContain(option);
    expect(message).toContain(`Transport=${transport}`);
  });

  test('the name of a device chooses the driver that makes it', () => {
    expect(find(line(guestWanted({ network: { ...network, device: 'eth1' } })), 'eth1=tuntap')).toBeDefined();
    expect(find(line(guestWanted({ network: { ...network, device: 'vec2' } })), 'vec2:')).toBeDefined();
  });

  test('a name that no driver makes is refused', () => {
    expect(refusal(guestWanted({ network: { ...network, device: 'lan0' } }))).toMatch(
      /vec0 \(vector\) or eth0 \(tuntap\)/,
    );
    const eth0 = guestWanted({ network: { ...network, device: 'eth0', transport: 'vector' } });
    expect(refusal(eth0)).toContain('Device=eth0');
  });
});

test('seccomp= is said to kernels that know it, and to no other', () => {
  const guest = guestWanted({ seccomp: 'on' });
  expect(find(line(guest), 'seccomp=')).toBeUndefined();
  expect(line(guest, { caps: { ...modular, seccomp: true } })).toContain('seccomp=on');
});

test('UDP is refused where the kernel does not speak it', () => {
  const guest = guestWanted({
    root: { ...guestWanted().root, options: ['vers=3', 'proto=udp'], versionGiven: true },
  });
  expect(find(line(guest), 'nfsroot=')).toContain('proto=udp');
  expect(() => line(guest, { caps: { ...modular, udp: false } })).toThrow(
    'cannot start guest web1: Protocol=udp needs a kernel without CONFIG_NFS_DISABLE_UDP_SUPPORT',
  );
});

test('memory is rounded up to a whole KiB', () => {
  expect(line(guestWanted({ memoryBytes: 64 * 1024 * 1024 + 1 }))).toContain('mem=65537K');
});

test('init= is said where it is wanted', () => {
  expect(line(guestWanted({ init: '/lib/systemd/systemd' }))).toContain('init=/lib/systemd/systemd');
});
