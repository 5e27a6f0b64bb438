/** The files in etc/ are read by people and copied: they have to be right, and to say what the tables say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { checkDefinitions } from '../../../src/definition/check.ts';
import { hostTable } from '../../../src/definition/host-table.ts';
import { defaultHost, parseHost } from '../../../src/definition/parse-host.ts';
import { parseNetwork } from '../../../src/definition/parse-network.ts';
import { desired } from '../../../src/model/derive.ts';
import { loadedWith } from '../../support/loaded.ts';

const ETC = join(import.meta.dirname, '../../../etc');
const hostFile = readFileSync(join(ETC, 'umlnfs.conf'), 'utf8');

describe('umlnfs.conf', () => {
  it('changes nothing as it is', () => {
    const { problems, host } = parseHost({ path: 'umlnfs.conf', text: hostFile });
    expect(problems).toEqual([]);
    expect(host).toMatchObject(defaultHost().host);
  });

  it('says every default: with the comment signs before the keys removed it means the same', () => {
    const text = hostFile.replace(/^#(?=[A-Z])/gm, '');
    const { problems, host } = parseHost({ path: 'umlnfs.conf', text });
    expect(problems).toEqual([]);
    expect(host).toMatchObject(defaultHost().host);
  });

  it('has every section and key of the table in its order, with their documentation', () => {
    const expected = Object.values(hostTable).flatMap((section) => [
      `# ${section.doc}`,
      `[${section.name}]`,
      ...Object.values(section.keys).flatMap((key) => [
        `# ${key.doc}`,
        ...('derived' in key && key.derived !== undefined ? [`# Default: ${key.derived}`] : []),
        `#${key.name}=${key.fallback === undefined || Array.isArray(key.fallback) ? '' : key.type.format(key.fallback)}`,
      ]),
    ]);
    // Long comments go over several lines.
    const lines = hostFile.replace(/\n# (?=[a-z])/g, ' ').split('\n');
    expect(lines.filter((line) => expected.includes(line))).toEqual(expected);
    expect(lines.filter((line) => /^(#?[A-Z]\w*=|\[)/.test(line))).toHaveLength(
      expected.filter((line) => !line.startsWith('# ')).length,
    );
  });
});

describe('the examples', () => {
  const all = readdirSync(join(ETC, 'examples'));
  const names = all.filter((name) => name.endsWith('.conf'));

  it.each(all.filter((name) => name.endsWith('.network')))('%s can be used as it is', (file) => {
    const text = readFileSync(join(ETC, 'examples', file), 'utf8');
    const name = file.replace('.network', '');
    const { network, problems } = parseNetwork({ name, file, files: [{ path: file, text }], problems: [] });
    expect(problems).toEqual([]);
    expect(network?.name).toBe(name);
  });

  it.each(names)('%s can be used as it is', (file) => {
    const text = readFileSync(join(ETC, 'examples', file), 'utf8');
    const template = file.endsWith('@.conf');
    const loaded = loadedWith({ [template ? file.replace('.conf', '') : 'uml-client']: text });
    expect(checkDefinitions(loaded)).toEqual([]);
    expect(nextCatalog(undefined, loaded).guests.size).toBe(template ? 30 : 1);
  });

  it('can all be used together', () => {
    const texts = names.map((file) => [
      file.replace('.conf', ''),
      readFileSync(join(ETC, 'examples', file), 'utf8'),
    ]);
    // The by-hand recipe has the address that is first in everybody's mind.
    const loaded = loadedWith(Object.fromEntries(texts.filter(([name]) => name !== 'by-hand')));
    expect(checkDefinitions(loaded)).toEqual([]);
  });

  it('spell out the recipe by hand', () => {
    const text = readFileSync(join(ETC, 'examples/by-hand.conf'), 'utf8');
    const { host, guests } = nextCatalog(undefined, loadedWith({ 'uml-client': text }));
    const result = desired(host, guests.values(), 'host').desired;
    expect(result.guests.get('uml-client')).toMatchObject({
      memoryBytes: 128 * 1024 * 1024,
      hostname: 'uml-client',
      network: {
        address: '192.168.2.2',
        server: '192.168.2.1',
        gateway: '192.168.2.1',
        netmask: '255.255.255.0',
        device: 'eth0',
        autoconf: 'off',
        transport: 'tuntap',
        tap: 'tap1',
      },
      root: { server: '192.168.2.1', directory: '/export/uml-client', readOnly: false, local: true },
    });
    expect(result.exports.get('uml-client')).toMatchObject({
      client: '192.168.2.2',
      path: '/export/uml-client',
      options: ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'],
    });
  });
});
