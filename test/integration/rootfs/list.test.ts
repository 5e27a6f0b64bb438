import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RootStore } from '../../support/root-store.ts';

let store: RootStore;
let base: string;

beforeEach(async () => {
  store = await RootStore.make('[Server]\nExporter=exportfs\n');
  base = store.directory;
  for (const name of ['mail', 'web1', '.hidden']) await mkdir(root(name, 'etc'), { recursive: true });
  await writeFile(root('web1', 'etc/os-release'), 'PRETTY_NAME="Debian 13"\nVERSION_CODENAME=trixie\n');
  await writeFile(root('web1', 'data'), 'x'.repeat(200_000));
  await writeFile(join(base, 'export/file'), '');
});

afterEach(() => store.dispose());

const root = (name: string, path = '') => store.root(name, path);
const rootfs = (verb: string, ...args: string[]) => store.rootfs(verb, ...args);
const define = (file: string, text: string) => writeFile(join(base, 'etc', file), text);
const names = async () => (await readdir(join(base, 'export'))).sort();

test('roots are listed with the guests that have them', async () => {
  await define('umlnfs.d/web1.conf', '[Guest]\nAddress=192.168.2.2\n');
  await define('umlnfs.d/web2.conf', `[Guest]\nAddress=192.168.2.3\n[Root]\nDirectory=${root('web1')}\n`);
  const { stdout } = await rootfs('list');
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));
  expect(rows).toEqual([
    ['NAME', 'SIZE', 'SUITE', 'KIND', 'USED BY'],
    ['mail', expect.stringMatching(/K$/), '-', 'plain', '-'],
    ['web1', expect.stringMatching(/^2\d\dK$/), 'trixie', 'plain', 'web1 web2'],
  ]);
  const [, web1] = JSON.parse((await rootfs('list', '--json')).stdout);
  expect(web1).toMatchObject({
    name: 'web1',
    path: root('web1').replace(/\/$/, ''),
    kind: 'plain',
    suite: 'trixie',
    usedBy: [
      { guest: 'web1', file: `${base}/etc/umlnfs.d/web1.conf` },
      { guest: 'web2', file: `${base}/etc/umlnfs.d/web2.conf` },
    ],
  });
});

test('one is shown in full', async () => {
  const { stdout } = await rootfs('show', 'web1');
  expect(stdout).toMatch(/^web1\n {2}Directory: .*\/export\/web1\n/);
  expect(stdout).toContain('Suite: trixie\n');
  expect(JSON.parse((await rootfs('show', '--json', 'web1')).stdout)).toMatchObject({ usedBy: [] });
  const none = await rootfs('show', 'web9');
  expect(none.code).toBe(1);
  expect(none.stderr).toContain(`cannot show root web9: there is none of that name in ${base}/export`);
});

test("what a guest has made of its os-release is not the host's, and does not reach the terminal", async () => {
  await rm(root('web1', 'etc'), { recursive: true });
  await symlink('/etc', root('web1', 'etc'));
  expect((await rootfs('list')).stdout).toMatch(/^web1 .* - {2,}plain/m);
  await mkdir(root('mail', 'usr/lib'), { recursive: true });
  await symlink('../usr/lib/os-release', root('mail', 'etc/os-release'));
  await writeFile(root('mail', 'usr/lib/os-release'), 'PRETTY_NAME="\u001b[2J\u009bgone"\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect((await rootfs('list')).stdout).not.toMatch(/[\u001b\u009b]/);
});

test('a root that nobody uses is removed', async () => {
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'umlnfs: root web1 is removed\n' });
  expect(await names()).toEqual(['.hidden', 'file', 'mail']);
});

test('nothing is removed without a question or --yes', async () => {
  const { code, stderr } = await rootfs('remove', 'web1');
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
  expect(await names()).toContain('web1');
});

test.each([
  ['a definition of its name', 'web1.conf', '[Guest]\nAddress=192.168.2.2\n'],
  ['a definition that names it', 'a.conf', '[Guest]\nAddress=192.168.2.2\n[Root]\nDirectory=ROOT\n'],
  [
    'a definition that names it by a link',
    'a.conf',
    '[Guest]\nAddress=192.168.2.2\n[Root]\nDirectory=LINK\n',
  ],
  ['a definition that is wrong elsewhere', 'web1.conf', '[Guest]\nAddress=nonsense\n'],
  [
    'one of a template',
    'web@.conf',
    '[Template]\nInstances=1\nFirstAddress=192.168.2.2\n[Root]\nDirectory=ROOT\n',
  ],
  ['one that is wrong and names it', 'a.conf', '[Guest]\nAddress=nonsense\n[Root]\nDirectory=ROOT\n'],
])('one that %s uses stays', async (_, file, text) => {
  await symlink(root('web1'), join(base, 'link'));
  const path = root('web1').replace(/\/$/, '');
  await define(`umlnfs.d/${file}`, text.replace('ROOT', path).replace('LINK', `${base}/link`));
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot remove root web1: guest [\w:@]+ has it as its root/);
  expect(await names()).toContain('web1');
});

test('one that is exported stays, whoever did that', async () => {
  const path = root('web1').replace(/\/$/, '');
  await execa('exportfs', ['-o', 'rw,no_subtree_check', `192.168.9.9:${path}`], { reject: false });
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  expect(code).toBe(1);
  expect(stderr).toContain('cannot remove root web1: it is exported to 192.168.9.9');
  await execa('exportfs', ['-u', `192.168.9.9:${path}`], { reject: false });
});

test('one in which something is mounted stays, and so does that', async () => {
  await mkdir(root('web1', 'mnt'));
  await execa('mount', ['-t', 'tmpfs', 'umlnfs-test', root('web1', 'mnt')]);
  await writeFile(root('web1', 'mnt/precious'), 'kept');
  try {
    const { code, stderr } = await rootfs('remove', '--yes', 'web1');
    expect(code).toBe(1);
    expect(stderr).toContain(`something is mounted at ${root('web1', 'mnt')}`);
    expect(await readFile(root('web1', 'mnt/precious'), 'utf8')).toBe('kept');
  } finally {
    await execa('umount', [root('web1', 'mnt')]);
  }
});

test('links in it are removed, and not what they lead to', async () => {
  await mkdir(join(base, 'outside'));
  await writeFile(join(base, 'outside/precious'), 'kept');
  await symlink(join(base, 'outside'), root('web1', 'etc/link'));
  expect((await rootfs('remove', '--yes', 'web1')).code).toBe(0);
  expect(await readFile(join(base, 'outside/precious'), 'utf8')).toBe('kept');
});

test.each(['none', '.hidden', '..', 'file'])('there is no root %j to remove', async (name) => {
  const { code, stderr } = await rootfs('remove', '--yes', name);
  expect(code).toBe(1);
  expect(stderr).toContain('there is none of that name');
  expect(await names()).toHaveLength(4);
});

test('while a definition cannot be read, nothing is removed', async () => {
  await mkdir(join(base, 'etc/umlnfs.d/mail.conf'));
  const { code, stderr } = await rootfs('remove', '--yes', 'web1');
  expect(code).toBe(1);
  expect(stderr).toContain('cannot tell which roots are in use');
  expect((await rootfs('list')).stdout).toMatch(/^web1 .* \?$/m);
});
