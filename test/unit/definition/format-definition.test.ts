import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { type DefinitionInput, formatDefinition } from '../../../src/definition/format-definition.ts';
import { UserError } from '../../../src/model/error.ts';
import { loadedWith } from '../../support/loaded.ts';

describe('formatDefinition', () => {
  it('writes what people would', () => {
    const text = formatDefinition({
      guest: { address: '192.168.2.2', memory: 128 * 1024 * 1024, startTimeout: 90_000, autostart: false },
      root: { directory: '/export/web1' },
      network: {},
    });
    expect(text).toBe(
      '[Guest]\nAddress=192.168.2.2\nAutostart=no\nMemory=128M\nStartTimeoutSec=1min 30s\n\n[Root]\nDirectory=/export/web1\n',
    );
  });

  it('is read as what was written', () => {
    const input: DefinitionInput = {
      guest: {
        description: '  "quoted"; with # signs = and [brackets] ',
        address: '192.168.2.2',
        arguments: ['quiet', 'a=b', 'c;d#e', '[f]'],
        user: 1000,
      },
      network: { dns: ['9.9.9.9', '1.1.1.1'], gateway: 'none', netmask: '255.255.255.0' },
      root: { readOnly: true, version: '4.1', rsize: 4096 },
      export: { options: ['rw', 'fsid=0', 'sec=sys:krb5'] },
      restart: { policy: 'no', delay: 1500 },
    };
    const catalog = nextCatalog(undefined, loadedWith({ web1: formatDefinition(input) }));
    expect(catalog.problems).toEqual([]);
    const guest = catalog.guests.get('web1');
    for (const [section, values] of Object.entries(input)) {
      expect(guest?.[section as keyof DefinitionInput]).toMatchObject(values);
    }
  });

  it.each([
    { guest: { description: 'two\nlines' } },
    { guest: { description: 'a\\' } },
    { guest: { arguments: ['init=/bin/sh'] } },
    { guest: { arguments: ['a b'] } },
    { root: { directory: '/a\n[Guest]' } },
    { root: { rsize: 0.5 } },
    { guest: { startTimeout: -1 } },
  ])('refuses what no definition could say: %j', (input) => {
    expect(() => formatDefinition(input)).toThrow(UserError);
  });
});
