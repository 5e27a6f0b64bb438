import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { compiledSources } from '../../support/compiled.ts';

let main: string;
let base: string;
let kernels: string;

beforeAll(async () => {
  main = join(await compiledSources(), 'cli/main.js');
});

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-kernels-'));
  await chmod(base, 0o755);
  kernels = join(base, 'kernels');
  await mkdir(join(base, 'etc/umlnfs.d'), { recursive: true });
  for (const name of ['6.1.192', 'lab', '.lab.half', 'empty'])
    await mkdir(join(kernels, name), { recursive: true });
  for (const name of ['6.1.192', 'lab', '.lab.half']) {
    await writeFile(join(kernels, name, 'linux'), 'x'.repeat(1024));
    await writeFile(join(kernels, name, 'version'), `${name}\n`);
  }
});

afterEach(() => rm(base, { recursive: true, force: true }));

const kernel = (verb: string, ...args: string[]) =>
  runCli(main, ['kernel', verb, `--directory=${kernels}`, `--config-dir=${base}/etc`, ...args]);

const define = (file: string, text: string) => writeFile(join(base, 'etc', file), text);

test('kernels are listed with the definitions that name them', async () => {
  await define('umlnfs.d/web1.conf', `[Guest]\nAddress=192.168.2.2\nKernel=${kernels}/lab/linux\n`);
  const { stdout } = await kernel('list');
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));
  expect(rows).toEqual([
    ['NAME', 'VERSION', 'SIZE', 'BUILT', 'NAMED BY'],
    ['6.1.192', '6.1.192', '0.0M', expect.stringMatching(/^\d{4}-\d\d-\d\d$/), '-'],
    ['lab', 'lab', '0.0M', expect.any(String), `${base}/etc/umlnfs.d/web1.conf`],
  ]);
  const json = JSON.parse((await kernel('list', '--json')).stdout);
  expect(json[1]).toMatchObject({
    name: 'lab',
    path: `${kernels}/lab/linux`,
    version: 'lab',
    size: 1024,
    namedBy: [{ file: `${base}/etc/umlnfs.d/web1.conf`, line: 3 }],
  });
});

test('a file is no directory of kernels', async () => {
  const { code, stderr } = await runCli(main, ['kernel', 'list', '--directory=/etc/passwd']);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot list the kernels in /etc/passwd: ENOTDIR: not a directory');
  expect(stderr).toContain('hint: name a directory');
  expect(stderr).not.toContain('    at ');
});

test('a kernel that nobody names is removed', async () => {
  const { code, stderr } = await kernel('remove', 'lab');
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'umlnfs: kernel lab is removed\n' });
  expect((await readdir(kernels)).sort()).toEqual(['.lab.half', '6.1.192', 'empty']);
});

test.each([
  ['a guest', 'umlnfs.d/web1.conf', ''],
  ['the host file', 'umlnfs.conf', ''],
  ['a drop-in', 'umlnfs.d/web1.conf.d/10.conf', ''],
  ['a definition that is wrong elsewhere', 'umlnfs.d/web1.conf', 'Nonsense=1\n[Nowhere\n'],
])('one that %s names stays, and the others with it', async (_, file, more) => {
  await mkdir(join(base, 'etc/umlnfs.d/web1.conf.d'));
  await define('umlnfs.d/web1.conf', '[Guest]\nAddress=192.168.2.2\n');
  await define(file, `[Guest]\nKernel=${kernels}//lab/linux\n${more}`);
  const { code, stderr } = await kernel('remove', '6.1.192', 'lab');
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot remove kernel lab: it is named in ${base}/etc/${file}:2\n`);
  expect(await readdir(kernels)).toContain('6.1.192');
});

test('one that is named by way of a link stays', async () => {
  await symlink(join(kernels, 'lab'), join(base, 'mine'));
  await define('umlnfs.d/web1.conf', `[Guest]\nKernel=${base}/mine/linux\n`);
  expect((await kernel('remove', 'lab')).stderr).toContain('it is named in');
});

test.each(['none', '.lab.half', '..', 'empty'])('there is no kernel %j to remove', async (name) => {
  const { code, stderr } = await kernel('remove', name);
  expect(code).toBe(1);
  expect(stderr).toContain(`there is none of that name in ${kernels}`);
  expect(await readdir(kernels)).toHaveLength(4);
});

test('while a definition cannot be read, nothing is removed', async () => {
  await mkdir(join(base, 'etc/umlnfs.d/web1.conf'));
  const { code, stderr } = await kernel('remove', 'lab');
  expect(code).toBe(1);
  expect(stderr).toContain('cannot tell which kernels are in use');
  // They can be seen.
  const listed = await kernel('list');
  expect(listed.stdout).toMatch(/^lab .* \?$/m);
  expect(listed.stderr).toBe(stderr.split('umlnfs: hint')[0]);
});
