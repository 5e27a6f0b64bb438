import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/model/kernel-config.ts';
import { assessOptions, kernelOptions } from '../../../src/model/kernel-options.ts';

const presences = (text: string) =>
  Object.fromEntries(assessOptions(parseConfig(text)).map(({ option, presence }) => [option, presence]));

test('every option is looked at once, and told in words', () => {
  const names = kernelOptions.map(({ option }) => option);
  expect(new Set(names).size).toBe(names.length);
  for (const { option, about, without } of kernelOptions) {
    expect(option).toMatch(/^CONFIG_[A-Z0-9_]+$/);
    expect(about).not.toBe('');
    // A clause that a reason may follow.
    expect(without).not.toMatch(/\.$/);
  }
});

test('what a kernel needs for an NFS root of its own is in the list', () => {
  const root = kernelOptions.filter(({ group }) => group === 'root').map(({ option }) => option);
  expect(root).toEqual(
    expect.arrayContaining(
      [
        'IP_PNP',
        'IP_PNP_DHCP',
        'IP_PNP_BOOTP',
        'IP_PNP_RARP',
        'NFS_FS',
        'NFS_V3',
        'NFS_V3_ACL',
        'NFS_V4',
        'KEYS',
        'ROOT_NFS',
      ].map((name) => `CONFIG_${name}`),
    ),
  );
});

test('an option is present, a module or missing', () => {
  expect(
    presences('CONFIG_IP_PNP=y\nCONFIG_NFS_FS=m\n# CONFIG_ROOT_NFS is not set\nCONFIG_KEYS=n'),
  ).toMatchObject({
    CONFIG_IP_PNP: 'present',
    CONFIG_NFS_FS: 'module',
    CONFIG_ROOT_NFS: 'missing',
    CONFIG_KEYS: 'missing',
  });
});

test('what an option takes away is present where it is off', () => {
  const udp = (text: string) => presences(text).CONFIG_NFS_DISABLE_UDP_SUPPORT;
  expect(udp('CONFIG_NFS_FS=y')).toBe('present');
  expect(udp('CONFIG_NFS_FS=m')).toBe('module');
  expect(udp('CONFIG_NFS_FS=y\nCONFIG_NFS_DISABLE_UDP_SUPPORT=y')).toBe('missing');
});

test('a part is no more built in than the whole', () => {
  const text = 'CONFIG_NFS_FS=m\nCONFIG_NFS_V3=y\nCONFIG_NFS_V3_ACL=y\nCONFIG_UML_NET_TUNTAP=y';
  expect(presences(text)).toMatchObject({
    CONFIG_NFS_V3: 'module',
    CONFIG_NFS_V3_ACL: 'module',
    CONFIG_UML_NET_TUNTAP: 'missing',
  });
});
