import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Loaded } from '../../../src/definition/source.ts';
import { loadDefinitions } from '../../../src/watch/load.ts';
import { DefinitionTree } from '../../support/definition-tree.ts';

let tree: DefinitionTree;

beforeEach(async () => {
  tree = await DefinitionTree.make();
});

afterEach(() => tree.remove());

async function load(): Promise<Loaded> {
  for (const directory of tree.directories) await tree.age(directory).catch(() => {});
  return loadDefinitions(tree.directories, tree.hostFile);
}

/** The files of a guest, relative to the tree. */
function filesOf(loaded: Loaded, name: string): string[] | undefined {
  return loaded.guests.get(name)?.files.map(({ path }) => path.slice(tree.root.length + 1));
}

const messages = (loaded: Loaded, name: string) =>
  loaded.guests.get(name)?.problems.map(({ message }) => message);

describe('the order of files', () => {
  it('is empty and complete where there are no directories', async () => {
    const loaded = await load();
    expect(loaded).toMatchObject({ complete: true, problems: [], host: undefined, hostProblems: [] });
    expect(loaded.guests.size).toBe(0);
  });

  it('takes the main file of the first directory and drop-ins of all of them by name', async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n#etc\n');
    await tree.write('usr/lib/umlnfs.d/web1.conf', '[Guest]\n#lib\n');
    await tree.write('usr/lib/umlnfs.d/web1.conf.d/10-a.conf', '[Guest]\n');
    await tree.write('usr/lib/umlnfs.d/web1.conf.d/20-b.conf', '[Guest]\n#lib\n');
    await tree.write('run/umlnfs.d/web1.conf.d/20-b.conf', '[Guest]\n#run\n');
    await tree.write('etc/umlnfs.d/web1.conf.d/15-c.conf', '[Guest]\n');
    await tree.write('etc/umlnfs.d/web1.conf.d/.hidden.conf', 'x');
    await tree.write('etc/umlnfs.d/web1.conf.d/30-d.conf~', 'x');
    expect(filesOf(await load(), 'web1')).toEqual([
      'etc/umlnfs.d/web1.conf',
      'usr/lib/umlnfs.d/web1.conf.d/10-a.conf',
      'etc/umlnfs.d/web1.conf.d/15-c.conf',
      'run/umlnfs.d/web1.conf.d/20-b.conf',
    ]);
  });

  it('masks a guest or a drop-in by a link to /dev/null', async () => {
    await tree.write('usr/lib/umlnfs.d/web1.conf', '[Guest]\n');
    await tree.write('usr/lib/umlnfs.d/web2.conf', '[Guest]\n');
    await tree.write('usr/lib/umlnfs.d/web2.conf.d/10-a.conf', '[Guest]\n');
    await mkdir(tree.path('etc/umlnfs.d/web2.conf.d'), { recursive: true });
    await symlink('/dev/null', tree.path('etc/umlnfs.d/web1.conf'));
    await symlink('/dev/null', tree.path('etc/umlnfs.d/web2.conf.d/10-a.conf'));
    const loaded = await load();
    expect(loaded.guests.has('web1')).toBe(false);
    expect(filesOf(loaded, 'web2')).toEqual(['usr/lib/umlnfs.d/web2.conf']);
    expect(loaded.problems).toEqual([]);
  });

  it("ignores other programs' files and reports names that are none", async () => {
    for (const name of ['.web.conf', 'web.conf~', '4913', '.web.conf.swp', 'web.conf.dpkg-old', 'README']) {
      await tree.write(`etc/umlnfs.d/${name}`, 'x');
    }
    await tree.write('etc/umlnfs.d/-rf.conf', '[Guest]\n');
    await tree.write('etc/umlnfs.d/a b.conf', '[Guest]\n');
    await tree.write(`etc/umlnfs.d/${'x'.repeat(33)}.conf`, '[Guest]\n');
    const loaded = await load();
    expect(loaded.guests.size).toBe(0);
    expect(loaded.complete).toBe(true);
    expect(loaded.problems.map(({ message }) => message.split(':')[0])).toEqual([
      'cannot use "-rf.conf"',
      'cannot use "a b.conf"',
      `cannot use "${'x'.repeat(33)}.conf"`,
    ]);
  });

  it('warns of drop-ins of no guest', async () => {
    await tree.write('etc/umlnfs.d/web1.conf.d/10-a.conf', '[Guest]\n');
    expect((await load()).problems).toMatchObject([{ severity: 'warning', guest: 'web1' }]);
  });
});

describe('files that cannot be read', () => {
  it('are problems of their guest alone', async () => {
    await tree.write('etc/umlnfs.d/good.conf', '[Guest]\n');
    await tree.write('etc/umlnfs.d/large.conf', '#'.repeat(64 * 1024 + 1));
    await tree.write('etc/umlnfs.d/latin.conf', Buffer.from('[Guest]\nDescription=caf\xe9\n', 'latin1'));
    await symlink('nowhere', tree.path('etc/umlnfs.d/dangling.conf'));
    await symlink('loop.conf', tree.path('etc/umlnfs.d/loop.conf'));
    await symlink('/dev/zero', tree.path('etc/umlnfs.d/device.conf'));
    await mkdir(tree.path('etc/umlnfs.d/directory.conf'));
    execFileSync('mkfifo', [tree.path('etc/umlnfs.d/fifo.conf')]);
    const loaded = await load();
    expect(loaded.complete).toBe(true);
    expect(messages(loaded, 'good')).toEqual([]);
    expect(messages(loaded, 'large')?.[0]).toMatch(/larger than 64 KiB/);
    expect(messages(loaded, 'latin')?.[0]).toMatch(/not UTF-8/);
    expect(messages(loaded, 'dangling')?.[0]).toMatch(/leads to no file/);
    expect(messages(loaded, 'loop')?.[0]).toMatch(/leads back to itself/);
    for (const name of ['device', 'directory', 'fifo']) {
      expect(messages(loaded, name), name).toEqual(['cannot read the file: it is not a regular file']);
    }
  });

  it('leave the load incomplete where a whole directory is meant', async () => {
    await tree.write('usr/lib/umlnfs.d/web1.conf', '[Guest]\n');
    await tree.write('etc/umlnfs.d', 'a file in the place of the directory');
    const loaded = await load();
    expect(loaded.complete).toBe(false);
    expect(loaded.problems).toMatchObject([{ severity: 'error', file: tree.path('etc/umlnfs.d') }]);
    expect([...loaded.guests.keys()]).toEqual(['web1']);
  });

  it('say so about the host file', async () => {
    await mkdir(tree.hostFile, { recursive: true });
    expect((await load()).hostProblems).toMatchObject([{ file: tree.hostFile, severity: 'error' }]);
    await rm(tree.hostFile, { recursive: true });
    await tree.write('etc/umlnfs.conf', '[Bridge]\n');
    expect((await load()).host).toEqual({ path: tree.hostFile, text: '[Bridge]\n' });
  });

  it('say so about a host file that leads to nothing, which is not the same as none', async () => {
    await mkdir(dirname(tree.hostFile), { recursive: true });
    await symlink(join(tree.root, 'elsewhere.conf'), tree.hostFile);
    expect((await load()).hostProblems).toMatchObject([
      { file: tree.hostFile, severity: 'error', message: 'cannot read the file: it leads to no file' },
    ]);
    await symlink('/dev/null', `${tree.hostFile}.new`);
    await rename(`${tree.hostFile}.new`, tree.hostFile);
    expect(await load()).toMatchObject({ host: undefined, hostProblems: [] });
  });
});

describe('files that are being written', () => {
  it('are read when that is done', async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    const path = await tree.writeNow('etc/umlnfs.d/web1.conf', '[Guest]\nAddress=192.168.2');
    const loading = loadDefinitions(tree.directories, tree.hostFile);
    await writeFile(path, '[Guest]\nAddress=192.168.2.2\n');
    expect((await loading).guests.get('web1')?.files[0]?.text).toBe('[Guest]\nAddress=192.168.2.2\n');
  });

  it('are a problem while they go on changing', async () => {
    const path = await tree.writeNow('etc/umlnfs.d/web1.conf', '[Guest]\n');
    // A file of which somebody keeps saying that it was written just now.
    const writer = setInterval(() => void utimes(path, new Date(), new Date()), 10);
    const loaded = await loadDefinitions(tree.directories, tree.hostFile).finally(() =>
      clearInterval(writer),
    );
    expect(messages(loaded, 'web1')).toEqual([expect.stringMatching(/being written just now/)]);
  });

  it('stamped in the future are none of them', async () => {
    const path = await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    const future = new Date(Date.now() + 3_600_000);
    await utimes(path, future, future);
    expect(messages(await load(), 'web1')).toEqual([]);
  });
});

it('knows the ids of the users that definitions name', async () => {
  await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\nUser=daemon\n');
  await tree.write('etc/umlnfs.d/web2.conf', '[Guest]\nUser=no-such-user\n');
  await tree.write('etc/umlnfs.conf', '[Guest]\nUser=nobody\n');
  expect([...(await load()).users].sort()).toEqual([
    ['daemon', 1],
    ['nobody', 65534],
  ]);
});

it('knows the users that the instances of a template make of its specifiers', async () => {
  await tree.write(
    'etc/umlnfs.d/lab@.conf',
    '[Template]\nInstances=daemon bin nobody\n[Guest]\nUser=%i\nDescription=%x\n',
  );
  await tree.write('etc/umlnfs.d/lab:bin.conf.d/user.conf', '[Guest]\nUser=sys\n');
  expect([...(await load()).users.keys()].sort()).toEqual(['bin', 'daemon', 'nobody', 'sys']);
});

it('reads a thousand definitions', async () => {
  const directory = join(tree.root, 'etc/umlnfs.d');
  await mkdir(directory, { recursive: true });
  for (let index = 0; index < 1000; index += 1) await tree.write(`etc/umlnfs.d/g${index}.conf`, '[Guest]\n');
  await chmod(directory, 0o755);
  expect((await load()).guests.size).toBe(1000);
});
