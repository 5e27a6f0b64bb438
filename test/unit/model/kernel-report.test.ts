import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/model/kernel-config.ts';
import { kernelOptions } from '../../../src/model/kernel-options.ts';
import { type KernelAsked, kernelReport } from '../../../src/model/kernel-report.ts';
import type { KernelCaps } from '../../../src/model/observed.ts';

const caps: KernelCaps = {
  version: '6.1.0',
  nfsRoot: 'builtin',
  ipAutoconf: ['dhcp', 'bootp', 'rarp'],
  transports: ['vector'],
  seccomp: false,
  udp: true,
  ipv6: 'module',
};

const everything = [
  ...kernelOptions.filter(({ inverse }) => inverse !== true).map(({ option }) => option),
  'CONFIG_UML_NET',
];

/** A configuration with everything built in but what is said otherwise. */
function config(changes: Record<string, string> = {}) {
  return parseConfig(everything.map((option) => `${option}=${changes[option] ?? 'y'}`).join('\n'));
}

function report(asked: Partial<KernelAsked>) {
  const use: KernelAsked['use'] = { ok: true, caps, modules: undefined };
  return kernelReport({ path: '/linux', version: '6.1.0', config: config(), seccomp: false, use, ...asked });
}

test('a kernel that has everything works, and nothing follows', () => {
  expect(report({})).toMatchObject({ verdict: 'works', reason: '', consequences: [] });
});

test('what an option takes away has consequences', () => {
  const without = new Map([...config(), ['CONFIG_NFS_DISABLE_UDP_SUPPORT', 'y']]);
  expect(report({ config: without }).consequences).toEqual([
    'Protocol=udp does not work: CONFIG_NFS_DISABLE_UDP_SUPPORT is on',
  ]);
});

test('what is missing has consequences', () => {
  const { verdict, consequences } = report({ config: config({ CONFIG_NFS_V3: 'n', CONFIG_CGROUPS: 'm' }) });
  expect(verdict).toBe('works');
  // Not that its ACLs are missing as well.
  expect(consequences).toEqual([
    'Version=3 does not work: no CONFIG_NFS_V3',
    'a root with systemd does not boot until the module of CONFIG_CGROUPS is loaded',
  ]);
});

test('an initramfs makes up for what it can do, and for modules of NFS', () => {
  const modular = config({
    CONFIG_IP_PNP: 'n',
    CONFIG_IP_PNP_DHCP: 'n',
    CONFIG_IP_PNP_BOOTP: 'n',
    CONFIG_NFS_FS: 'm',
    CONFIG_NFS_V4: 'm',
    CONFIG_ROOT_NFS: 'n',
  });
  const use: KernelAsked['use'] = {
    ok: true,
    caps: { ...caps, nfsRoot: 'initramfs', ipAutoconf: ['dhcp'] },
    modules: '/modules/6.1.0',
  };
  const { verdict, reason, consequences } = report({ config: modular, use });
  expect({ verdict, reason }).toEqual({
    verdict: 'works-with-initramfs',
    reason: 'umlnfs makes it, with the modules in /modules/6.1.0',
  });
  expect(consequences).toEqual([
    'Autoconf=bootp does not work: no CONFIG_IP_PNP_BOOTP',
    'Autoconf=rarp does not work: no CONFIG_IP_PNP_RARP',
  ]);
});

test('DHCP in an initramfs needs more than the kernel', () => {
  const use: KernelAsked['use'] = {
    ok: true,
    caps: { ...caps, nfsRoot: 'initramfs', ipAutoconf: [] },
    modules: undefined,
  };
  expect(report({ use }).consequences).toEqual([
    'Autoconf=dhcp does not work: no CONFIG_PACKET, or no busybox-static on this host',
  ]);
});

test('why a kernel cannot be used is told, and what to do', () => {
  const use: KernelAsked['use'] = { ok: false, reason: 'it has no network', hint: 'take another' };
  expect(report({ use })).toMatchObject({
    verdict: 'cannot',
    reason: 'it has no network',
    hint: 'take another',
    consequences: [],
  });
});
