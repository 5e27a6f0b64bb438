import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { until } from '../../support/poll.ts';
import { RootStore } from '../../support/root-store.ts';

let store: RootStore;
let base: string;
/** A mirror that takes connections and never says a word. */
let silent: Server;
let mirror: string;
let asked: number;

beforeEach(async () => {
  store = await RootStore.make();
  base = store.directory;
  asked = 0;
  silent = createServer((socket) => {
    asked += 1;
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  mirror = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/debian`;
});

afterEach(async () => {
  silent.close();
  await store.dispose();
});

const rootfs = (verb: string, ...args: string[]) => store.rootfs(verb, ...args);

function begin(...args: string[]) {
  const child = spawn('node', [store.main, 'rootfs', 'create', `--config-dir=${base}/etc`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  );
  return { child, ended };
}

const left = () => readdir(join(base, 'export'));

test('a mirror that does not answer is given up, and nothing is left', async () => {
  const { code, stderr } = await runCli(
    store.main,
    ['rootfs', 'create', `--config-dir=${base}/etc`, `--mirror=${mirror}`, '--suite=trixie', 'web1'],
    { timeout: 110_000 },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/umlnfs: cannot create root web1: mmdebstrap fails:\n/);
  expect(stderr).toContain(`hint: check that there is a trixie at ${mirror}, and that it can be reached`);
  expect(await left()).toEqual([]);
});

test('nobody at the mirror is told at once', async () => {
  const { code, stderr } = await rootfs(
    'create',
    '--mirror=http://127.0.0.1:1/debian',
    '--suite=trixie',
    'web1',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('127.0.0.1');
  expect(await left()).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('after %s nothing is left', async (signal) => {
  const { child, ended } = begin(`--mirror=${mirror}`, '--suite=trixie', 'web1');
  await until('the mirror to be asked', () => asked > 0, 60_000);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain('cannot create root web1: it was interrupted; nothing half-made is left');
  expect(await left()).toEqual([]);
});

test('what work that was killed has left is shown, and goes with the next', async () => {
  const temporary = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('mmdebstrap'));
  const before = await temporary();
  const { child, ended } = begin(`--mirror=${mirror}`, '--suite=trixie', 'web1');
  await until('the mirror to be asked', () => asked > 0, 60_000);
  const [work = ''] = await left();
  // What it makes there ends with it, or it could not be removed for good.
  child.kill('SIGKILL');
  await ended;
  expect(await left()).toEqual([work]);
  const listed = await rootfs('list');
  expect(listed.stdout).toBe('NAME  SIZE  SUITE  KIND  USED BY\n');
  expect(listed.stderr).toContain(`${base}/export/${work} is left of work that was killed`);
  await rootfs('create', '--mirror=http://127.0.0.1:1/debian', '--suite=trixie', 'web1');
  expect(await left()).toEqual([]);
  expect(await temporary()).toEqual(before);
});

test('what was mounted for a file system of its own goes as well', async () => {
  const { child, ended } = begin(`--mirror=${mirror}`, '--suite=trixie', '--size=64M', 'web1');
  await until('the mirror to be asked', () => asked > 0, 60_000);
  child.kill('SIGKILL');
  await ended;
  const mounts = async () => (await readFile('/proc/self/mountinfo', 'utf8')).includes(base);
  expect(await mounts()).toBe(true);
  const images = () => readdir(join(base, 'state/images'));
  expect(await images()).toHaveLength(1);
  await rootfs('create', '--mirror=http://127.0.0.1:1/debian', '--suite=trixie', '--plain', 'web2');
  expect(await mounts()).toBe(false);
  expect([await left(), await images()]).toEqual([[], []]);
});

test('after Ctrl-C nothing is left of a file system of its own', async () => {
  const { child, ended } = begin(`--mirror=${mirror}`, '--suite=trixie', '--size=64M', 'web1');
  await until('the mirror to be asked', () => asked > 0, 60_000);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130 });
  expect([await left(), await readdir(join(base, 'state/images'))]).toEqual([[], []]);
  expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(base);
});

test('work that goes on is not taken for left', async () => {
  const { child, ended } = begin(`--mirror=${mirror}`, '--suite=trixie', 'web1');
  await until('the mirror to be asked', () => asked > 0, 60_000);
  await rootfs('create', '--mirror=http://127.0.0.1:1/debian', '--suite=trixie', 'web2');
  expect(await left()).toHaveLength(1);
  child.kill('SIGINT');
  await ended;
});

test.each([
  ['a directory', (path: string) => mkdir(path)],
  ['a file', (path: string) => writeFile(path, '')],
])('%s that is there already stays', async (_, make) => {
  await make(join(base, 'export/web1'));
  const { code, stderr } = await rootfs('create', `--mirror=${mirror}`, 'web1');
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot create root web1: there is something at ${base}/export/web1 already`);
  expect(asked).toBe(0);
  expect(await left()).toEqual(['web1']);
});

test.each([
  [['--suite=-oDir', 'web1'], 2],
  [['--mirror=file:///etc', 'web1'], 2],
  [['--mirror=http://a b', 'web1'], 2],
  [['--arch=--foo', 'web1'], 2],
  [['--variant=a=b', 'web1'], 2],
  [['--include=less,-x', 'web1'], 2],
  [['../web1'], 1],
  [['-x'], 2],
  [['.web1'], 1],
  [['web1', 'web2'], 2],
  [[], 2],
])('%j is refused', async (args, status) => {
  const { code, stderr } = await rootfs('create', ...args);
  expect(code).toBe(status);
  expect(stderr).toMatch(/^umlnfs: /);
  expect(await left()).toEqual([]);
});
