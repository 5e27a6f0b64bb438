import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Catalog, nextCatalog } from '../../../../src/definition/catalog.ts';
import { loadDefinitions } from '../../../../src/watch/load.ts';
import { DefinitionTree } from '../../../support/definition-tree.ts';

/** What is in force as files change: read from real files, as the loader expands templates. */
let tree: DefinitionTree;
let catalog: Catalog | undefined;

beforeEach(async () => {
  tree = await DefinitionTree.make();
  catalog = undefined;
});
afterEach(() => tree.remove());

async function withFiles(files: Readonly<Record<string, string>>): Promise<Catalog> {
  for (const [name, text] of Object.entries(files)) await tree.write(`etc/umlnfs.d/${name}`, text);
  for (const directory of tree.directories) await tree.age(directory).catch(() => {});
  catalog = nextCatalog(catalog, await loadDefinitions(tree.directories, tree.hostFile));
  return catalog;
}

const names = (now: Catalog) => [...now.guests.keys()];
const template = (instances: string, more = '') =>
  `[Template]\nInstances=${instances}\nFirstAddress=192.168.2.101\n[Guest]\nMemory=64M\n${more}`;

describe('a template', () => {
  it('makes a guest of each instance, and each as it was but for what changed', async () => {
    const first = await withFiles({ 'lab@.conf': template('01-03') });
    expect(names(first)).toEqual(['lab:01', 'lab:02', 'lab:03']);
    const second = await withFiles({ 'lab@.conf': template('01 03') });
    expect(names(second)).toEqual(['lab:01', 'lab:03']);
    expect(second.guests.get('lab:03')?.guest.address).toBe('192.168.2.103');
    expect(second.problems).toEqual([]);
  });

  it.each([
    ['a key that is none', template('01-02', 'Colour=green\n')],
    ['instances that are none', template('01-')],
    ['no instances', '[Guest]\nMemory=64M\n'],
    ['half a line', '[Template]\nInst'],
    ['nothing', ''],
  ])('that has %s keeps all the guests it had', async (_what, text) => {
    const first = await withFiles({
      'lab@.conf': template('01-03'),
      'web1.conf': '[Guest]\nAddress=192.168.2.2\n',
    });
    const second = await withFiles({ 'lab@.conf': text, 'web1.conf': '[Guest]\nAddress=192.168.2.3\n' });
    expect(names(second)).toEqual(['lab:01', 'lab:02', 'lab:03', 'web1']);
    expect(second.guests.get('lab:02')).toBe(first.guests.get('lab:02'));
    expect(second.guests.get('web1')?.guest.address).toBe('192.168.2.3');
    expect(second.heldTemplates).toEqual(new Set(['lab@']));
    expect(second.problems.some(({ severity }) => severity === 'error')).toBe(true);
    const third = await withFiles({ 'lab@.conf': template('02') });
    expect(names(third)).toEqual(['lab:02', 'web1']);
    expect(third.heldTemplates).toEqual(new Set());
  });

  it('without any instance has none, once it says so', async () => {
    await withFiles({ 'lab@.conf': template('01-03') });
    expect(names(await withFiles({ 'lab@.conf': template('') }))).toEqual([]);
  });

  it('whose instance has a fault changes the others', async () => {
    await withFiles({ 'lab@.conf': template('01-02') });
    const second = await withFiles({
      'lab@.conf': template('01-02', 'Description=new\n'),
      'lab:02.conf.d/x.conf': '[Guest]\nMemory=lots\n',
    });
    expect(second.guests.get('lab:01')?.guest.description).toBe('new');
    expect(second.guests.get('lab:02')?.guest.description).toBe('');
    expect(second.heldTemplates).toEqual(new Set());
    expect(second.problems).toMatchObject([{ guest: 'lab:02', line: 2 }]);
  });

  it('with an address that is taken leaves out that instance alone', async () => {
    await withFiles({ 'web1.conf': '[Guest]\nAddress=192.168.2.102\n' });
    const second = await withFiles({ 'lab@.conf': template('01-03') });
    expect(names(second)).toEqual(['lab:01', 'lab:03', 'web1']);
    expect(second.problems).toMatchObject([
      { guest: 'lab:02', line: 3, file: tree.path('etc/umlnfs.d/lab@.conf') },
    ]);
  });

  it('gives way to a file of the instance, which may be masked', async () => {
    const first = await withFiles({
      'lab@.conf': template('01-02'),
      'lab:02.conf': '[Guest]\nAddress=192.168.2.9\nDescription=seat %i\n',
    });
    expect(first.guests.get('lab:02')?.guest).toMatchObject({
      address: '192.168.2.9',
      description: 'seat 02',
    });
  });
});
