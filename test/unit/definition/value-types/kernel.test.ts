import { describe, it } from 'vitest';
import { kernelBinary } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE, INHERITED } from '../../../support/value-type.ts';

const kernels = '/var/lib/umlnfs/kernels';

describe('kernelBinary', () => {
  it('takes paths, and names of installed kernels for their paths', () =>
    expectValues(kernelBinary, [
      ['/usr/bin/linux.uml', '/usr/bin/linux.uml'],
      ['6.1.192', `${kernels}/6.1.192/linux`],
      ['lab-6.12+nfs_1', `${kernels}/lab-6.12+nfs_1/linux`],
      ...INHERITED.filter((name) => /^[a-z]/i.test(name)).map((name): [string, string] => [
        name,
        `${kernels}/${name}/linux`,
      ]),
    ]));
  it('takes no name that would be another path', () =>
    expectRefused(kernelBinary, [
      '.',
      '..',
      '.hidden',
      '-x',
      'a/b',
      './linux',
      'a%s',
      'x'.repeat(65),
      '/a/../b',
      ...HOSTILE.filter((text) => !text.startsWith('/')),
    ]));
});
