import { describe, it } from 'vitest';
import { absolutePath } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE } from '../../../support/value-type.ts';

describe('absolutePath', () => {
  it('takes absolute paths and tidies their slashes', () =>
    expectValues(absolutePath, [
      ['/', '/'],
      ['/export/uml-client', '/export/uml-client'],
      ['//export///web1/', '/export/web1'],
      ['/a.b_c+d@e=f~g-h/..x/...', '/a.b_c+d@e=f~g-h/..x/...'],
    ]));
  it('takes nothing that means something to the kernel, exports(5) or a configuration file', () =>
    expectRefused(absolutePath, [
      'export/web1',
      './x',
      '/export/../etc',
      '/export/./x',
      '/..',
      '/a b',
      '/a,vers=3',
      '/a:b',
      '/a%s',
      '/a#b',
      '/a;b',
      '/a{b}',
      '/a(rw)',
      '/a*',
      '/a\n/b',
      '/a\0',
      '/é',
      `/${'x'.repeat(256)}`,
      `/${'x/'.repeat(300)}`,
      ...HOSTILE.filter((text) => !/^\/*$/.test(text)).map((text) => `/${text}`),
    ]));
});
