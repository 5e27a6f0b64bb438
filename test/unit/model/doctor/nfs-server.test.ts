import { describe, expect, test } from 'vitest';
import {
  judgeNfsServer,
  type KernelServerSeen,
  type NfsServerSeen,
} from '../../../../src/model/doctor/nfs-server.ts';
import { parseConfig } from '../../../../src/model/kernel-config.ts';

const full = 'CONFIG_NFSD=m\nCONFIG_NFSD_V3_ACL=y\nCONFIG_NFSD_V4=y\n';

const kernel: KernelServerSeen = {
  release: '6.1.0-18-amd64',
  nfsd: true,
  config: { file: '/boot/config', options: parseConfig(full) },
  versions: undefined,
  numericOwners: undefined,
};

const seen: NfsServerSeen = {
  exporter: 'auto',
  choice: 'exportfs',
  kernel,
  exportfs: true,
  ganesha: undefined,
};
const none: KernelServerSeen = { ...kernel, nfsd: false, config: undefined };
const ganesha = { version: '4.3', vfs: true, running: undefined };

const shown = (facts: NfsServerSeen) => judgeNfsServer(facts).map(({ item, level }) => `${item}: ${level}`);
const first = (facts: NfsServerSeen) => judgeNfsServer(facts)[0];

test("the kernel's server with all its parts", () => {
  expect(shown(seen)).toEqual([
    'NFS server: ok',
    'NFS version 3: ok',
    'NFS version 3 ACL: ok',
    'NFS version 4: ok',
    'NFS idmapper: ok',
  ]);
});

test('NFS-Ganesha where the kernel has none', () => {
  const facts = { ...seen, choice: 'ganesha', kernel: none, exportfs: false, ganesha } as const;
  expect(shown(facts)).toEqual(['NFS server: ok', 'NFS server of the kernel: ok', 'NFS-Ganesha: ok']);
  expect(first(facts)?.text).toBe('NFS-Ganesha 4.3, since this kernel has none');
});

test.each<[string, NfsServerSeen, string]>([
  ['there is none', { ...seen, choice: undefined, kernel: none }, 'apt install nfs-ganesha nfs-ganesha-vfs'],
  [
    'only the kernel part is there',
    { ...seen, choice: undefined, exportfs: false },
    'apt install nfs-kernel-server',
  ],
  [
    'exportfs is wanted without nfsd',
    { ...seen, exporter: 'exportfs', kernel: none },
    'apt install nfs-ganesha nfs-ganesha-vfs, and Exporter=auto',
  ],
  [
    'exportfs is wanted and missing',
    { ...seen, exporter: 'exportfs', exportfs: false },
    'apt install nfs-kernel-server',
  ],
  [
    'Ganesha is wanted and missing',
    { ...seen, exporter: 'ganesha', choice: 'ganesha' },
    'apt install nfs-ganesha nfs-ganesha-vfs',
  ],
])('a failure where %s', (_, facts, mend) => {
  expect(first(facts)).toMatchObject({ item: 'NFS server', level: 'failure', mend });
});

test('none is fine where none is wanted', () => {
  expect(shown({ ...seen, exporter: 'none', choice: 'none', kernel: none })).toEqual([
    'NFS server: ok',
    'NFS server of the kernel: ok',
  ]);
});

describe('parts of the kernel', () => {
  const level = (
    item: string,
    change: Partial<KernelServerSeen>,
    choice: NfsServerSeen['choice'] = 'exportfs',
  ) =>
    judgeNfsServer({ ...seen, choice, ganesha, kernel: { ...kernel, ...change } }).find(
      (one) => one.item === item,
    )?.level;
  const config = (text: string) => ({ config: { file: '/boot/config', options: parseConfig(text) } });

  test('that are missing are told, the worst where roots come over it', () => {
    expect(level('NFS version 4', config('CONFIG_NFSD=y'))).toBe('failure');
    expect(level('NFS version 4', config('CONFIG_NFSD=y'), 'ganesha')).toBe('warning');
    expect(level('NFS version 3 ACL', config('CONFIG_NFSD=y'))).toBe('warning');
  });
  test('version 3 was an option until 5.17', () => {
    expect(level('NFS version 3', { release: '5.10.0', ...config('CONFIG_NFSD=y') })).toBe('warning');
    expect(level('NFS version 3', { release: '5.10.0', ...config('CONFIG_NFSD_V3=y') })).toBe('ok');
    expect(level('NFS version 3', { release: '5.18.0', ...config('CONFIG_NFSD=y') })).toBe('ok');
  });
  test('what cannot be told is no alarm', () => {
    const facts = { ...seen, kernel: { ...kernel, config: undefined } };
    expect(judgeNfsServer(facts).map((one) => one.level)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(judgeNfsServer(facts)[3]?.text).toContain('it cannot be told');
  });
  test('what nfsd says counts', () => {
    expect(level('NFS version 4', { versions: '+3 +4 +4.1', ...config('CONFIG_NFSD=y') })).toBe('ok');
  });
  test('owners by name need the same names on both sides', () => {
    expect(level('NFS idmapper', { numericOwners: false })).toBe('warning');
    expect(level('NFS idmapper', { numericOwners: true })).toBe('ok');
  });
});

describe('NFS-Ganesha', () => {
  const part = (change: Partial<typeof ganesha> | { running: unknown }) =>
    judgeNfsServer({
      ...seen,
      choice: 'ganesha',
      kernel: none,
      ganesha: { ...ganesha, ...change } as never,
    }).at(-1);
  test('needs what serves directories', () => {
    expect(part({ vfs: false })).toMatchObject({ level: 'failure', mend: 'apt install nfs-ganesha-vfs' });
  });
  test('of others must tell owners as numbers', () => {
    const running = { configFile: '/etc/ganesha/ganesha.conf', numericOwners: false };
    expect(part({ running })).toMatchObject({
      level: 'failure',
      mend: expect.stringContaining('Only_Numeric_Owners = true; into NFSV4 {} of /etc/ganesha/ganesha.conf'),
    });
    expect(part({ running: { ...running, numericOwners: undefined } })?.level).toBe('ok');
  });
});
