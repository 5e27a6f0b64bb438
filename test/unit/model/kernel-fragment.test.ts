import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/model/kernel-config.ts';
import { dropped, formatRequest, lacking, parseFragment } from '../../../src/model/kernel-fragment.ts';
import { kernelOptions } from '../../../src/model/kernel-options.ts';

const guestConfig = readFileSync(
  join(import.meta.dirname, '../../../src/adapters/kernels/build/guest.config'),
  'utf8',
);

test('a fragment asks for values, and for options that are not set', () => {
  const text = '# a comment\nCONFIG_A=y\n# CONFIG_B is not set\n CONFIG_C="x y"\r\nCONFIG_D=12\nrubbish\n';
  expect(parseFragment(text).map(formatRequest)).toEqual([
    'CONFIG_A=y',
    '# CONFIG_B is not set',
    'CONFIG_C="x y"',
    'CONFIG_D=12',
  ]);
});

test('of two lines for one option the last counts', () => {
  expect(parseFragment('CONFIG_A=y\n# CONFIG_A is not set')).toEqual([{ option: 'CONFIG_A', value: 'n' }]);
});

test('what did not come into a configuration is found', () => {
  const asked = parseFragment(
    'CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=y\n# CONFIG_D is not set\n# CONFIG_E is not set',
  );
  const got = parseConfig('CONFIG_A=m\nCONFIG_B=y\nCONFIG_D=y');
  expect(dropped(asked, got).map(formatRequest)).toEqual([
    'CONFIG_A=y',
    'CONFIG_C=y',
    '# CONFIG_D is not set',
  ]);
});

test('umlnfs asks for all that it looks at in a kernel', () => {
  const config = parseConfig(guestConfig);
  for (const { option, inverse } of kernelOptions)
    expect(config.get(option), option).toBe(inverse === true ? undefined : 'y');
  expect(lacking(config)).toEqual([]);
  expect([...config].filter(([, value]) => value === 'm')).toEqual([]);
});

test('one network driver is enough', () => {
  const without = (...options: string[]) =>
    lacking(parseConfig(guestConfig.replace(new RegExp(`^(${options.join('|')})=y$`, 'gm'), '')));
  expect(without('CONFIG_UML_NET', 'CONFIG_UML_NET_TUNTAP')).toEqual([]);
  expect(without('CONFIG_UML_NET_VECTOR')).toEqual([]);
  expect(without('CONFIG_UML_NET_VECTOR', 'CONFIG_UML_NET')).toEqual([
    'CONFIG_UML_NET_VECTOR',
    'CONFIG_UML_NET_TUNTAP',
  ]);
  expect(without('CONFIG_NFS_V4')).toEqual(['CONFIG_NFS_V4', 'CONFIG_NFS_V4_2']);
});
