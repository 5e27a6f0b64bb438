import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliResult, runCli } from '../../support/cli.ts';
import { compiledSources } from '../../support/compiled.ts';

let main: string;
let directory: string;
let definitions: string;

beforeEach(async () => {
  main = join(await compiledSources(), 'cli/main.js');
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-check-'));
  definitions = join(directory, 'umlnfs.d');
  await mkdir(definitions);
  await mkdir(join(directory, 'export/web1'), { recursive: true });
  await writeFile(join(directory, 'umlnfs.conf'), `[Directories]\nExport=${directory}/export\n`);
  await define('web1', '[Guest]\nAddress=192.168.2.2\n');
});

afterEach(() => rm(directory, { recursive: true }));

function define(name: string, text: string): Promise<void> {
  return writeFile(join(definitions, `${name}.conf`), text);
}

function check(...args: string[]): Promise<CliResult> {
  return runCli(main, ['check', `--config-dir=${directory}`, ...args], { cwd: directory });
}

test('good definitions: exit status 0, and nothing on standard output', async () => {
  expect(await check()).toEqual({ code: 0, stdout: '', stderr: 'umlnfs: 1 definition is fine\n' });
});

test('all problems with file and line, and exit status 1', async () => {
  await define('bad', '[Guest]\nAddress=192.168.2.999\nMemroy=64M\n');
  await define('far', '[Guest]\nAddress=10.0.0.1\n');
  const { code, stdout } = await check();
  expect(code).toBe(1);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toContainEqual(
    expect.stringMatching(/^\S+umlnfs\.d\/bad\.conf:2: error: .*192\.168\.2\.999/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^\S+umlnfs\.d\/bad\.conf:3: (error|warning): .*Memroy/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^\S+umlnfs\.d\/far\.conf:2: error: .*10\.0\.0\.1/));
});

test('a root that is not there, at the line that names it', async () => {
  await define('web2', `[Guest]\nAddress=192.168.2.3\n[Root]\nDirectory=${directory}/nowhere\n`);
  await writeFile(join(directory, 'file'), '');
  await define('web3', `[Guest]\nAddress=192.168.2.4\n[Root]\nDirectory=${directory}/file\n`);
  await define('web4', '[Guest]\nAddress=192.168.2.5\n[Root]\nServer=192.168.2.200\n');
  const { code, stdout } = await check();
  expect(code).toBe(1);
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /web2\.conf:4: error: cannot use the root .*nowhere of guest web2: there is no such directory/,
    ),
    expect.stringMatching(
      /web3\.conf:4: error: cannot use the root .*file of guest web3: it is no directory/,
    ),
  ]);
});

test('a kernel that is none, and one that cannot do what the definition asks', async () => {
  await define('web1', '[Guest]\nAddress=192.168.2.2\nKernel=/bin/true\n');
  await mkdir(join(directory, 'export/web2'));
  await define('web2', '[Guest]\n[Network]\nAutoconf=rarp\n');
  const { code, stdout } = await check();
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /web1\.conf:3: error: cannot use kernel \/bin\/true: it is no User Mode Linux kernel/,
  );
  expect(stdout).toMatch(/web2\.conf:\d+: error: .*rarp/);
});

test('with a file only what is about that one, wherever it lies', async () => {
  await define('bad', '[Guest]\nAddress=x\n');
  expect((await check(join(definitions, 'web1.conf'))).code).toBe(0);
  expect((await check('umlnfs.d/bad.conf')).stdout).toMatch(/bad\.conf:2: error: /);
  const draft = join(directory, 'draft.conf');
  await writeFile(draft, '[Guest]\nAddress=192.168.2.2\n');
  // Not good enough next to web1, which has that address.
  const taken = await check('draft.conf');
  expect(taken.code).toBe(1);
  expect(taken.stdout).toContain('192.168.2.2');
  expect(taken.stdout).not.toContain('bad.conf');
  await mkdir(join(directory, 'export/draft'));
  await writeFile(draft, '[Guest]\nAddress=192.168.2.7\n');
  expect((await check('draft.conf')).code).toBe(0);
  const missing = await check('none.conf');
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toContain('none.conf: there is no such file');
});

test('a directory that is not there is an error, not an empty set', async () => {
  const { code, stderr } = await runCli(main, ['check', '--config-dir=/nonexistent']);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot check the definitions: there is no directory /nonexistent');
});

test('with a template only what is about it, each fault once, and a root is asked of its base', async () => {
  await define('lab@', '[Template]\nInstances=01-30\nFirstAddress=192.168.2.101\n[Root]\nClone=base\n');
  await define('far', '[Guest]\nAddress=10.0.0.1\n');
  const { code, stdout } = await check('lab@');
  expect(code).toBe(1);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('there is no root'))).toEqual([
    expect.stringMatching(/lab@\.conf:5: error: .*export\/base.*\(lab:01 and 29 more like it\)$/),
  ]);
  expect(stdout).not.toContain('far.conf');
  await mkdir(join(directory, 'export/base'));
  expect((await check('lab:0?')).stdout).not.toContain('there is no root');
  expect((await check('web1')).code).toBe(0);
});

/** A file that lies elsewhere. */
async function draft(path: string, text: string): Promise<string> {
  const file = join(directory, 'new', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

test('what is taken in and does harm to others is no good', async () => {
  await define('bad', '[Guest]\nAddress=x\n');
  const host = `[Directories]\nExport=${directory}/export\n`;
  const bridge = '[Bridge]\nAddress=10.1.0.1/24\n';
  const { code, stdout } = await check(await draft('umlnfs.conf', host + bridge));
  expect(code).toBe(1);
  expect(stdout).toMatch(/^\S+web1\.conf:2: error: .*192\.168\.2\.2.*\n$/);
  const fine = await check(await draft('umlnfs.conf', `${host}# more\n`));
  expect(fine).toEqual({ code: 0, stdout: '', stderr: 'umlnfs: 1 definition is fine\n' });
});

test('only those that were asked for are counted', async () => {
  await define('web1', '[Guest]\nAddress=x\n');
  for (const [name, address] of [
    ['web2', 3],
    ['web3', 4],
  ] as const) {
    await mkdir(join(directory, 'export', name));
    await define(name, `[Guest]\nAddress=192.168.2.${address}\n`);
  }
  expect((await check('web3')).stderr).toBe('umlnfs: 1 definition is fine\n');
  expect((await check('web3', 'umlnfs.d/web2.conf')).stderr).toBe('umlnfs: 2 definitions are fine\n');
  expect((await check('umlnfs.conf')).stderr).toBe('umlnfs: 1 definition is fine\n');
});

test('a file stands for its guest, with what its other files say', async () => {
  await mkdir(join(definitions, 'web1.conf.d'));
  await writeFile(join(definitions, 'web1.conf.d/memory.conf'), '[Guest]\nMemroy=64M\n');
  const { code, stdout } = await check('umlnfs.d/web1.conf');
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/memory\.conf:2: error: .*Memroy/),
  });
  expect(stdout).toBe((await check('web1')).stdout);
});

test('the file of a template stands for its instances', async () => {
  await mkdir(join(directory, 'export/base'));
  await define('lab@', '[Template]\nInstances=01-03\nFirstAddress=192.168.2.101\n[Root]\nClone=base\n');
  expect((await check('umlnfs.d/lab@.conf')).stderr).toBe('umlnfs: 3 definitions are fine\n');
  await mkdir(join(definitions, 'lab:02.conf.d'));
  await writeFile(join(definitions, 'lab:02.conf.d/a.conf'), '[Guest]\nMemroy=64M\n');
  expect((await check('umlnfs.d/lab@.conf')).stdout).toMatch(/lab:02\.conf\.d\/a\.conf:2: error: .*Memroy/);
});

test('a drop-in from elsewhere changes the definition whose it is', async () => {
  const good = await draft('web1.conf.d/health.conf', '[Guest]\nMemory=64M\n');
  expect(await check(good)).toEqual({ code: 0, stdout: '', stderr: 'umlnfs: 1 definition is fine\n' });
  await draft('web1.conf.d/health.conf', '[Guest]\nAddress=10.0.0.1\n');
  expect((await check(good)).stdout).toMatch(/health\.conf:2: error: .*10\.0\.0\.1/);
  const lone = await check(await draft('web9.conf.d/a.conf', '[Guest]\nMemory=64M\n'));
  expect(lone).toMatchObject({ code: 1, stdout: '' });
  expect(lone.stderr).toContain('there is no definition web9.conf that it could change');
  // With its main file, in any order.
  await mkdir(join(directory, 'export/web9'));
  const main = await draft('web9.conf', '[Guest]\nAddress=192.168.2.9\n');
  expect((await check('new/web9.conf.d/a.conf', main)).stderr).toBe('umlnfs: 1 definition is fine\n');
  expect((await check(await draft('web1.conf.d/a.txt', ''))).stderr).toContain('rename the file');
});

test('a drop-in from elsewhere of a network, of a template, and of an instance', async () => {
  await writeFile(join(definitions, 'dmz.network'), '[Bridge]\nAddress=10.7.0.1/24\n');
  const network = await check(await draft('dmz.network.d/a.conf', '[Bridge]\nAdress=10.8.0.1/24\n'));
  expect(network.stdout).toMatch(/a\.conf:2: error: .*Adress/);
  await mkdir(join(directory, 'export/base'));
  await define('lab@', '[Template]\nInstances=01-03\nFirstAddress=192.168.2.101\n[Root]\nClone=base\n');
  const template = await check(await draft('lab@.conf.d/a.conf', '[Guest]\nMemory=64M\n'));
  expect(template.stderr).toBe('umlnfs: 3 definitions are fine\n');
  const instance = await draft('lab:02.conf.d/a.conf', '[Guest]\nAddress=192.168.2.2\n');
  const { code, stdout } = await check(instance);
  expect(code).toBe(1);
  expect(stdout).toMatch(/lab:02\.conf\.d\/a\.conf:2: error: .*192\.168\.2\.2.*web1/);
});

test('a main file from elsewhere goes with the drop-ins that are there', async () => {
  await mkdir(join(definitions, 'web1.conf.d'));
  await writeFile(join(definitions, 'web1.conf.d/address.conf'), '[Guest]\nAddress=10.0.0.1\n');
  const { stdout } = await check(await draft('web1.conf', '[Guest]\nAddress=192.168.2.2\n'));
  expect(stdout).toMatch(/web1\.conf\.d\/address\.conf:2: error: .*10\.0\.0\.1/);
});
