import { expect, it } from 'vitest';
import { debianPackages, packagesOf } from '../../../../src/adapters/rootfs/create/debian.ts';

const asked = (...include: string[]) => packagesOf({ include, defaults: undefined });

it('installs the defaults and what was asked for, each once', () => {
  expect(asked('vim', 'less')).toEqual([...debianPackages, 'vim']);
});

it.each(['sysvinit-core', 'runit-init'])('leaves systemd as process 1 out for %s', (init) => {
  expect(asked(init)).not.toContain('systemd-sysv');
  expect(asked(init)).toEqual(expect.arrayContaining([init, 'udev']));
});

it('takes no name for an init that only begins as one', () => {
  expect(asked('sysvinit-utils')).toContain('systemd-sysv');
});
