import { describe, expect, test } from 'vitest';
import { judgeDefinitions } from '../../../../src/model/doctor/definitions.ts';
import { type Diagnosis, failure, ok, warning, worst } from '../../../../src/model/doctor/diagnosis.ts';
import {
  type ExportDirectorySeen,
  judgeExportDirectory,
} from '../../../../src/model/doctor/export-directory.ts';
import { judgeExportSafety } from '../../../../src/model/doctor/export-safety.ts';
import { judgeForwarding } from '../../../../src/model/doctor/forwarding.ts';
import { judgeKernel } from '../../../../src/model/doctor/kernels.ts';
import { judgeMemory, type MemorySeen } from '../../../../src/model/doctor/memory.ts';
import { judgeTools, tools, versionIn } from '../../../../src/model/doctor/tools.ts';
import { judgeTun } from '../../../../src/model/doctor/tun.ts';
import type { KernelReport } from '../../../../src/model/kernel-report.ts';

const levels = (all: readonly Diagnosis[]) => all.map(({ level }) => level);

test('the worst counts', () => {
  const [good, bad, worse] = [ok('a', ''), warning('b', '', 'x'), failure('c', '', 'y')];
  expect(worst([])).toBe('ok');
  expect(worst([good])).toBe('ok');
  expect(worst([good, bad])).toBe('warning');
  expect(worst([worse, good, bad])).toBe('failure');
});

describe('/dev/net/tun', () => {
  const seen = { kind: 'tun', mode: 0o666, refusal: undefined } as const;
  test('that everybody may open is fine', () => expect(judgeTun(seen).level).toBe('ok'));
  test.each([
    [{ ...seen, kind: 'missing' as const }, 'it does not exist', /modprobe tun/],
    [{ ...seen, kind: 'other' as const }, 'it is not the tun device', /mknod/],
    [{ ...seen, mode: 0o600 }, /0600 keeps them out/, /^chmod 666 \/dev\/net\/tun$/],
    [{ ...seen, mode: 0o664 }, /0664 keeps them out/, /^chmod/],
    [{ ...seen, refusal: 'ENODEV' }, /cannot be opened: ENODEV/, /modprobe tun/],
  ])('%j is a failure', (tun, text, mend) => {
    const found = judgeTun(tun);
    expect(found.level).toBe('failure');
    expect(found.text).toMatch(text);
    expect(found.mend).toMatch(mend);
  });
});

describe('guest memory', () => {
  const gib = 1024 ** 3;
  const seen: MemorySeen = {
    directory: '/dev/shm',
    tmpfs: true,
    size: 2 * gib,
    noexec: false,
    memory: 4 * gib,
    guests: [gib, gib / 2],
  };
  test('that fits is fine', () => {
    expect(judgeMemory(seen)).toEqual([
      { item: 'guest memory', level: 'ok', text: '2 guests of 1536 MiB; /dev/shm has 2048 MiB' },
    ]);
    expect(levels(judgeMemory({ ...seen, guests: [] }))).toEqual(['ok']);
  });
  test('that does not fit kills guests one day', () => {
    const [found] = judgeMemory({ ...seen, guests: [gib, gib, gib] });
    expect(found?.level).toBe('warning');
    expect(found?.mend).toBe('mount -o remount,size=3380M /dev/shm');
    expect(levels(judgeMemory({ ...seen, guests: Array(5).fill(gib) }))).toEqual(['warning', 'warning']);
  });
  test('on noexec no guest runs', () => {
    expect(judgeMemory({ ...seen, noexec: true })).toMatchObject([
      { level: 'failure', mend: 'mount -o remount,exec /dev/shm' },
    ]);
  });
});

describe('tools', () => {
  test('that are there are told with their versions', () => {
    const all = tools.map(({ program }) => ({
      program,
      path: `/bin/${program}`,
      version: `${program} 1.2.3, x`,
    }));
    const found = judgeTools(all);
    expect(worst(found)).toBe('ok');
    expect(found[0]?.text).toBe('1.2.3, /bin/ip');
  });
  test('that do in place of another are told where that is missing', () => {
    const roots = (...programs: string[]) =>
      judgeTools(programs.map((program) => ({ program, path: `/sbin/${program}`, version: '' })))
        .filter(({ item }) => item.endsWith('bootstrap') || item.endsWith('debstrap'))
        .map(({ item, level }) => `${item} ${level}`);
    expect(roots('debootstrap')).toEqual(['debootstrap ok']);
    expect(roots('mmdebstrap', 'debootstrap')).toEqual(['mmdebstrap ok']);
    expect(roots('mmdebstrap')).toEqual(['mmdebstrap ok']);
    expect(roots()).toEqual(['mmdebstrap warning']);
  });
  test('that are missing are a failure where nothing goes without them', () => {
    for (const found of judgeTools([])) {
      const tool = tools.find(({ program }) => program === found.item);
      expect(found.level).toBe(tool?.need === true ? 'failure' : 'warning');
      expect(found.mend).toBe(`apt install ${tool?.package}`);
    }
  });
  test.each([
    ['setpriv from util-linux 2.38.1', '2.38.1'],
    ['ip utility, iproute2-6.1.0, libbpf 1.1.2', '6.1.0'],
    ['nothing', ''],
  ])('%j has version %j', (line, version) => expect(versionIn(line)).toBe(version));
});

describe('export directory', () => {
  const works = { kind: 'works' } as const;
  const seen: ExportDirectorySeen = {
    path: '/export',
    kind: 'directory',
    tried: '/export',
    fileSystem: 'ext4',
    attributes: works,
    acl: works,
    writable: works,
  };
  test('with all is fine', () => expect(levels(judgeExportDirectory(seen))).toEqual(['ok', 'ok', 'ok']));
  test('that is not there yet is told with the command to make it', () => {
    expect(judgeExportDirectory({ ...seen, kind: 'missing', tried: '/' })[0]).toMatchObject({
      level: 'warning',
      mend: 'install -d -m 700 /export',
    });
  });
  test.each(['tmpfs', 'overlay', 'nfs4', 'fuse.sshfs'])('on %s is a failure', (fileSystem) => {
    expect(worst(judgeExportDirectory({ ...seen, fileSystem }))).toBe('failure');
  });
  test('that is a file is a failure', () => {
    expect(levels(judgeExportDirectory({ ...seen, kind: 'other' }))).toEqual(['failure']);
  });
  test('where nothing can be tried, that alone is told', () => {
    const writable = { kind: 'fails', why: 'EACCES' } as const;
    expect(levels(judgeExportDirectory({ ...seen, writable }))).toEqual(['ok', 'warning']);
  });
  test('without attributes or ACLs, or untried, is a warning', () => {
    const acl = { kind: 'fails', why: 'Operation not supported' } as const;
    expect(judgeExportDirectory({ ...seen, acl })[2]).toMatchObject({
      item: 'POSIX ACLs',
      level: 'warning',
      text: 'do not work in /export: Operation not supported',
    });
    const attributes = { kind: 'untried', why: 'setfattr is missing' } as const;
    expect(judgeExportDirectory({ ...seen, attributes })[1]).toMatchObject({
      level: 'warning',
      mend: 'apt install attr',
    });
  });
});

test('roots are safe where nobody gets, or where nothing in them has power', () => {
  const place = { path: '/export', reachable: true, options: ['rw'] };
  expect(judgeExportSafety([place])).toMatchObject([{ level: 'failure', mend: 'chmod 700 /export' }]);
  expect(levels(judgeExportSafety([{ ...place, options: ['rw', 'nosuid'] }]))).toEqual(['failure']);
  expect(levels(judgeExportSafety([{ ...place, options: ['nodev', 'nosuid'] }]))).toEqual(['ok']);
  expect(levels(judgeExportSafety([{ ...place, reachable: false }, place]))).toEqual(['ok', 'failure']);
});

test('without IP forwarding guests reach nothing beyond', () => {
  expect(judgeForwarding(true, true).level).toBe('ok');
  expect(judgeForwarding(false, false).level).toBe('ok');
  expect(judgeForwarding(false, true)).toMatchObject({
    level: 'warning',
    mend: 'sysctl -w net.ipv4.ip_forward=1',
  });
  expect(judgeForwarding(undefined, false).level).toBe('warning');
});

describe('a kernel', () => {
  const report: KernelReport = {
    path: '/linux',
    version: '6.1.0',
    verdict: 'works',
    reason: '',
    hint: undefined,
    options: [],
    transports: ['vector'],
    autoconf: [],
    seccomp: false,
    consequences: [],
  };
  const seen = { path: '/linux', guests: ['web1'], report, busybox: true };
  const cannot = { ...report, verdict: 'cannot', reason: 'no network', hint: 'take another' } as const;
  const initramfs = { ...report, verdict: 'works-with-initramfs' } as const;
  test.each([
    ['works', seen, 'ok'],
    ['works with an initramfs', { ...seen, report: initramfs }, 'ok'],
    ['has nothing to make its initramfs of', { ...seen, report: initramfs, busybox: false }, 'failure'],
    ['cannot', { ...seen, report: cannot }, 'failure'],
    ['cannot, and nobody uses it', { ...seen, report: cannot, guests: [] }, 'warning'],
    ['is none', { ...seen, report: { problem: 'there is no such file', hint: undefined } }, 'failure'],
  ])('that %s', (_, kernel, level) => expect(judgeKernel(kernel).level).toBe(level));
});

test('problems of definitions are told by file and line', () => {
  const problem = {
    severity: 'error',
    file: '/etc/umlnfs.d/a.conf',
    line: 2,
    guest: 'a',
    message: 'cannot x',
  } as const;
  expect(levels(judgeDefinitions([], 0))).toEqual(['ok']);
  expect(judgeDefinitions([], 1)[0]?.text).toBe('1 guest, nothing wrong');
  expect(judgeDefinitions([problem, { ...problem, severity: 'warning' }], 1)).toMatchObject([
    { level: 'failure', text: '/etc/umlnfs.d/a.conf:2: error: cannot x' },
    { level: 'warning' },
  ]);
});
