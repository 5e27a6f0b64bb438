import { expect, test } from 'vitest';
import { autoconfOf, nfsRootWay, parseConfig, transportsOf } from '../../../src/model/kernel-config.ts';

const nfs = 'CONFIG_NFS_FS=y\nCONFIG_NFS_V4=y\n';

test('options that are not set are missing', () => {
  const config = parseConfig('# CONFIG_NFS_V2 is not set\nCONFIG_UML=y\nCONFIG_NAME="a=b"\nrubbish\n');
  expect([...config]).toEqual([
    ['CONFIG_UML', 'y'],
    ['CONFIG_NAME', '"a=b"'],
  ]);
});

test.each([
  ['built in', `${nfs}CONFIG_ROOT_NFS=y\nCONFIG_IP_PNP=y`, { kind: 'builtin' }],
  [
    'in modules',
    'CONFIG_NFS_FS=m\nCONFIG_NFS_V4=m\nCONFIG_BLK_DEV_INITRD=y',
    { kind: 'initramfs', modular: true },
  ],
  [
    'built in, with the version a module',
    'CONFIG_NFS_FS=y\nCONFIG_NFS_V3=m\nCONFIG_BLK_DEV_INITRD=y',
    { kind: 'initramfs', modular: true },
  ],
  ['built in without the root', `${nfs}CONFIG_BLK_DEV_INITRD=y`, { kind: 'initramfs', modular: false }],
])('NFS %s', (_, text, way) => {
  expect(nfsRootWay(parseConfig(text))).toEqual(way);
});

test.each([
  ['without NFS', 'CONFIG_ROOT_NFS=y\nCONFIG_IP_PNP=y', /no NFS client/],
  ['without a version of it', 'CONFIG_NFS_FS=y\nCONFIG_BLK_DEV_INITRD=y', /no NFS client/],
  ['without either way', nfs, /neither CONFIG_ROOT_NFS nor CONFIG_BLK_DEV_INITRD/],
])('a kernel %s has none', (_, text, reason) => {
  const way = nfsRootWay(parseConfig(text));
  expect(way.kind).toBe('none');
  expect(way.kind === 'none' && way.reason).toMatch(reason);
});

test('transports, the faster first', () => {
  const both = 'CONFIG_UML_NET=y\nCONFIG_UML_NET_TUNTAP=y\nCONFIG_UML_NET_VECTOR=y';
  expect(transportsOf(parseConfig(both))).toEqual(['vector', 'tuntap']);
  expect(transportsOf(parseConfig('CONFIG_UML_NET_TUNTAP=y'))).toEqual([]);
  expect(transportsOf(parseConfig('CONFIG_UML_NET_VECTOR=m'))).toEqual([]);
});

test('autoconfiguration methods need IP_PNP itself', () => {
  expect(autoconfOf(parseConfig('CONFIG_IP_PNP=y\nCONFIG_IP_PNP_DHCP=y\nCONFIG_IP_PNP_RARP=y'))).toEqual([
    'dhcp',
    'rarp',
  ]);
  expect(autoconfOf(parseConfig('CONFIG_IP_PNP_DHCP=y'))).toEqual([]);
});
