import { expect, test } from 'vitest';
import type { GuestWanted } from '../../../../src/model/desired.ts';
import { kernelCommandLine } from '../../../../src/plan/command-line.ts';
import { checkSocketPath } from '../../../../src/plan/kernel/limits.ts';
import { guestWanted } from '../../../support/model.ts';

function line(guest: GuestWanted, own = '/run/umlnfs/guests/web1'): string[] {
  return kernelCommandLine({
    guest,
    caps: {
      version: '6.1',
      nfsRoot: 'builtin',
      ipAutoconf: [],
      transports: ['vector'],
      seccomp: false,
      udp: true,
      ipv6: 'builtin',
    },
    initramfs: undefined,
    mount: { directory: '/export/web1', defaultVersion: '4.2' },
    paths: { umlDir: `${own}/uml`, notify: `${own}/notify`, hostfsJail: `${own}/empty` },
  });
}

test("a guest's own arguments come last", () => {
  const args = line(guestWanted({ arguments: ['printk.time=1', '--', 'single'] }));
  expect(args.slice(-3)).toEqual(['printk.time=1', '--', 'single']);
});

test.each(['a b', 'a\tb', 'a\nb', 'a\u00a0b', 'a\u2028b', '', 'a\u0000b', 'a\u001bb'])(
  'white space and control characters cannot make two arguments of one: %j',
  (argument) => {
    expect(() => line(guestWanted({ arguments: [argument] }))).toThrow(/empty or has white space/);
  },
);

test('white space is found in every part of the definition', () => {
  expect(() => line(guestWanted({ hostname: 'x init=/bin/sh' }))).toThrow(/white space/);
  expect(() => line(guestWanted({ init: '/bin/sh -c' }))).toThrow(/white space/);
});

test.each([
  'rw',
  'ro',
  'ip=dhcp',
  'mem=1G',
  'umid=other',
  'con0=fd:3',
  'vec0:transport=raw',
  'noreboot',
  'hostfs=/',
  'uml-dir=/x',
])('what umlnfs says itself cannot be said again: %s', (argument) => {
  expect(() => line(guestWanted({ arguments: [argument] }))).toThrow(/sets .* itself/);
});

test('a line that fills the kernel’s buffer passes, and one byte more does not', () => {
  const fixed = line(guestWanted({ arguments: ['a.b='] })).join(' ').length;
  const fill = (length: number) => guestWanted({ arguments: [`a.b=${'x'.repeat(length)}`] });
  expect(line(fill(4095 - fixed)).join(' ')).toHaveLength(4095);
  expect(() => line(fill(4096 - fixed))).toThrow(/4096 bytes long.*at most 4095/);
});

test('more words than the kernel hands on to init are refused; those of modules are not counted', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`);
  expect(() => line(guestWanted({ arguments: words(16) }))).not.toThrow();
  expect(() => line(guestWanted({ arguments: words(17) }))).toThrow(/17 words/);
  expect(() => line(guestWanted({ arguments: words(30).map((word) => `nfs.${word}=1`) }))).not.toThrow();
});

test('a path that a socket cannot have is refused', () => {
  expect(() => checkSocketPath('start guest x', `/${'p'.repeat(106)}`)).not.toThrow();
  expect(() => checkSocketPath('start guest x', `/${'p'.repeat(107)}`)).toThrow(
    /108 bytes, and 107 are possible/,
  );
  // In bytes, not in characters.
  expect(() => checkSocketPath('start guest x', `/${'ü'.repeat(54)}`)).toThrow(/109 bytes/);
  expect(() => line(guestWanted(), `/${'r'.repeat(100)}`)).toThrow(/start guest web1.*socket path/);
});
