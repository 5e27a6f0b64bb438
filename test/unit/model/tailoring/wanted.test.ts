import { describe, expect, it } from 'vitest';
import { mark, type RootFacts, type Wanted, wantedFiles } from '../../../../src/model/tailoring/wanted.ts';

const machineId = '0123456789abcdef0123456789abcdef';
const debian: RootFacts = {
  init: 'systemd',
  inittab: undefined,
  systemd: true,
  networkManager: false,
  network: undefined,
  fstab: '# nothing\n',
  hosts: undefined,
  machineId: `${machineId}\n`,
  hasResolvConf: true,
  halt: undefined,
  wasServer: false,
  hadDisks: false,
};

function files(facts: Partial<RootFacts> = {}, dns: readonly string[] = []): Map<string, Wanted> {
  const wanted = wantedFiles({ ...debian, ...facts }, { hostname: 'web1', dns }, machineId);
  return new Map(wanted.map((each) => [each.path, each]));
}

describe('wantedFiles', () => {
  it('names no path twice, and none that leads out', () => {
    const wanted = wantedFiles({ ...debian, networkManager: true }, { hostname: 'web1' }, machineId);
    expect(new Set(wanted.map(({ path }) => path)).size).toBe(wanted.length);
    for (const { path } of wanted) expect(path).toMatch(/^[a-z][^/]*(\/[^/]+)+$/i);
  });

  it('marks every file of its own that systemd reads', () => {
    for (const each of files({ networkManager: true }).values()) {
      if (each.kind !== 'file' || each.owner === 'umlnfs') continue;
      expect(
        each.text.split('\n', 2).some((line) => line.startsWith(mark)),
        each.path,
      ).toBe(true);
    }
  });

  it('leaves /etc/systemd to the administrator', () => {
    expect([...files().keys()].filter((path) => path.startsWith('etc/systemd'))).toEqual([]);
  });

  it('gives a root without systemd a name and nothing else of systemd', () => {
    expect([...files({ systemd: false, machineId: undefined }).keys()]).toEqual([
      'etc/hostname',
      'etc/hosts',
      'etc/fstab',
    ]);
    expect([...files({ systemd: false, fstab: undefined }).keys()]).toEqual(['etc/hostname', 'etc/hosts']);
  });

  it.each([undefined, '', 'uninitialized\n', 'short'])('gives a machine id where it is %j', (before) => {
    expect(files({ machineId: before }).get('etc/machine-id')).toMatchObject({
      text: `${machineId}\n`,
      mode: 0o444,
    });
  });

  it('keeps a machine id', () => {
    expect(files().has('etc/machine-id')).toBe(false);
  });

  it('names name servers only where nothing else does', () => {
    expect(files({ hasResolvConf: false }, ['192.168.2.1']).get('etc/resolv.conf')).toMatchObject({
      text: `${mark}\nnameserver 192.168.2.1\n`,
    });
    expect(files({ hasResolvConf: true }, ['192.168.2.1']).has('etc/resolv.conf')).toBe(false);
    expect(files({ hasResolvConf: false }).has('etc/resolv.conf')).toBe(false);
  });

  it('keeps NetworkManager off the interface where it is installed', () => {
    const path = 'etc/NetworkManager/conf.d/umlnfs.conf';
    expect(files().has(path)).toBe(false);
    expect(files({ networkManager: true }).get(path)).toMatchObject({
      text: expect.stringContaining('vec0'),
    });
  });

  it('makes ctrl-alt-del a power-off, and says ready after multi-user.target', () => {
    const units = 'usr/local/lib/systemd/system';
    expect(files().get(`${units}/ctrl-alt-del.target`)).toMatchObject({
      target: '/lib/systemd/system/poweroff.target',
    });
    expect(files().get(`${units}/umlnfs-ready.service`)).toMatchObject({
      text: expect.stringMatching(/^After=multi-user\.target$[\s\S]*READY=1 >\/proc\/mconsole/m),
    });
  });

  it('does not turn updates off', () => {
    expect([...files().keys()].filter((path) => path.includes('apt'))).toEqual([]);
  });
});
