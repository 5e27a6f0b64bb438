import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { compiledSources } from '../../support/compiled.ts';
import { makeKernelTree } from '../../support/kernel-tree.ts';
import { until } from '../../support/poll.ts';

let main: string;
let base: string;
let kernels: string;
let scratch: string;

beforeAll(async () => {
  main = join(await compiledSources(), 'cli/main.js');
});

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-build-'));
  await chmod(base, 0o755);
  kernels = join(base, 'kernels');
  scratch = join(base, 'scratch');
  await mkdir(scratch);
});

afterEach(() => rm(base, { recursive: true, force: true }));

const build = (...args: string[]) =>
  runCli(main, ['kernel', 'build', `--directory=${kernels}`, ...args], { env: { TMPDIR: scratch } });

/** What is left: kernels, finished or not, and what was made on the way. */
async function left() {
  return { kernels: await readdir(kernels).catch(() => []), scratch: await readdir(scratch) };
}

test('a tree becomes a kernel under the name of its version', async () => {
  const tree = await makeKernelTree(join(base, 'tree'), {
    lacks: ['CONFIG_UML_NET_TUNTAP', 'CONFIG_OVERLAY_FS'],
  });
  const before = await readdir(tree);
  const { code, stdout, stderr } = await build(`--source=${tree}`);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `${kernels}/6.1.0/linux\n` });
  // No terminal: plain lines.
  expect(stderr.split('\n')).toEqual([
    'umlnfs: configuring',
    'umlnfs: compiling',
    'umlnfs: checking',
    'umlnfs: this tree does not have CONFIG_UML_NET_TUNTAP=y, CONFIG_OVERLAY_FS=y',
    `umlnfs: kernel 6.1.0 is ready: Linux 6.1.0-tiny, for definitions with Kernel=${kernels}/6.1.0/linux`,
    '',
  ]);
  expect(await left()).toEqual({ kernels: ['6.1.0'], scratch: [] });
  expect((await readdir(join(kernels, '6.1.0'))).sort()).toEqual(['config', 'linux', 'version']);
  expect(await readFile(join(kernels, '6.1.0/version'), 'utf8')).toBe('6.1.0-tiny\n');
  expect(await readFile(join(kernels, '6.1.0/config'), 'utf8')).toContain('\nCONFIG_ROOT_NFS=y\n');
  expect((await stat(join(kernels, '6.1.0/linux'))).mode & 0o777).toBe(0o755);
  expect(await readdir(tree)).toEqual(before);
});

test('a tarball is unpacked and removed again; a further configuration is built in', async () => {
  await makeKernelTree(join(base, 'linux-6.1'));
  await execa('tar', ['-cJf', 'linux.tar.xz', 'linux-6.1'], { cwd: base });
  await writeFile(join(base, 'more.config'), 'CONFIG_BTRFS_FS=y\n# CONFIG_NFSD is not set\n');
  const { code, stderr } = await build(
    `--source=${base}/linux.tar.xz`,
    `--config=${base}/more.config`,
    '--name=lab',
    '--jobs=1',
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('umlnfs: unpacking linux.tar.xz\n');
  const config = await readFile(join(kernels, 'lab/config'), 'utf8');
  expect(config).toContain('CONFIG_BTRFS_FS=y\n');
  expect(config).not.toContain('CONFIG_NFSD=');
  expect(await left()).toEqual({ kernels: ['lab'], scratch: [] });
});

test('a failing compile shows what the compiler said, and leaves nothing', async () => {
  const tree = await makeKernelTree(join(base, 'tree'), { broken: true });
  const { code, stdout, stderr } = await build(`--source=${tree}`, '--name=broken');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/umlnfs: cannot build kernel broken: make fails:\n/);
  expect(stderr).toMatch(/main\.c:\d+:\d+: error: .no_such_thing. undeclared/);
  expect(stderr).not.toMatch(/CC|CHKSHA1/);
  expect(stderr).toMatch(/make: \*\*\* \[Makefile:\d+: linux\] Error 1/);
  expect(await left()).toEqual({ kernels: [], scratch: [] });
});

test.each(['CONFIG_ROOT_NFS', 'CONFIG_IP_PNP_RARP', 'CONFIG_MCONSOLE'])(
  'a tree that drops %s is refused before it is compiled',
  async (option) => {
    const tree = await makeKernelTree(join(base, 'tree'), { lacks: [option] });
    const { code, stderr } = await build(`--source=${tree}`);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `umlnfs: cannot build a kernel: the tree does not take ${option}, and umlnfs needs that`,
    );
    expect(stderr).not.toContain('compiling');
    expect(await left()).toEqual({ kernels: [], scratch: [] });
  },
);

test('what somebody asked for and the tree drops is an error', async () => {
  const tree = await makeKernelTree(join(base, 'tree'), { lacks: ['CONFIG_BTRFS_FS'] });
  await writeFile(join(base, 'more.config'), 'CONFIG_BTRFS_FS=y\n');
  const { code, stderr } = await build(`--source=${tree}`, `--config=${base}/more.config`);
  expect(code).toBe(1);
  expect(stderr).toContain('the tree does not take CONFIG_BTRFS_FS=y');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it, and nothing is left', async (signal) => {
  const slow = join(base, 'compiling');
  const tree = await makeKernelTree(join(base, 'tree'), { slow });
  const running = execa('node', [main, 'kernel', 'build', `--directory=${kernels}`, `--source=${tree}`], {
    env: { TMPDIR: scratch },
    reject: false,
    timeout: 30_000,
  });
  const shell = Number(
    await until(
      'the compiler',
      async () => (await readFile(slow, 'utf8').catch(() => '')).trim() || undefined,
    ),
  );
  running.kill(signal);
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('umlnfs: cannot build a kernel: it was interrupted; nothing half-made is left');
  expect(await left()).toEqual({ kernels: [], scratch: [] });
  await until('make to be gone', () => !isAlive(shell));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a kernel is replaced only where that is asked for, and is there all the time', async () => {
  const tree = await makeKernelTree(join(base, 'tree'));
  expect((await build(`--source=${tree}`, '--name=lab')).code).toBe(0);
  const first = await stat(join(kernels, 'lab/linux'));
  const refused = await build(`--source=${tree}`, '--name=lab');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('cannot build kernel lab: there is a kernel lab already');
  expect(refused.stderr).not.toContain('configuring');
  expect((await stat(join(kernels, 'lab/linux'))).ino).toBe(first.ino);
  expect((await build(`--source=${tree}`, '--name=lab', '--replace')).code).toBe(0);
  expect((await stat(join(kernels, 'lab/linux'))).ino).not.toBe(first.ino);
  expect(await left()).toEqual({ kernels: ['lab'], scratch: [] });
});

test.each([
  [['--source=/etc'], 1, '/etc is no Linux source tree: it has no Makefile'],
  [['--source=/no/such'], 1, 'there is no /no/such'],
  [['--source=/etc/hostname', '--name=../x'], 1, '"../x" is no name of a kernel'],
  [
    ['--from=linux-source-0.1'],
    1,
    'linux-source-0.1 is not installed\numlnfs: hint: apt install linux-source-0.1',
  ],
  [['--from=bash'], 2, '--from=bash: it takes the name of a package like linux-source-6.1'],
  [['--from=linux-source-6.1', '--source=/x'], 2, 'either --from or --source, not both'],
  [['--jobs=many'], 2, '--jobs=many: it takes a number'],
  [['--config=/no/such'], 1, 'the configuration cannot be read'],
])('%j is refused in words', async (args, code, message) => {
  const result = await build(...args);
  expect(result.code, result.stderr).toBe(code);
  expect(result.stderr).toContain(message);
  expect((await left()).scratch).toEqual([]);
});

test('a TMPDIR that does not exist is told in words', async () => {
  const tree = await makeKernelTree(join(base, 'tree'));
  const { code, stderr } = await runCli(
    main,
    ['kernel', 'build', `--directory=${kernels}`, `--source=${tree}`, '--name=lab'],
    { env: { TMPDIR: `${base}/none` } },
  );
  expect(code).toBe(1);
  expect(stderr).toContain('cannot build kernel lab: ENOENT: no such file or directory');
  expect(stderr).toContain(`hint: it is built in ${base}/none: make that`);
  expect(stderr).not.toContain('    at ');
});

test("where guests' users cannot get to it, a kernel is not built", async () => {
  await chmod(base, 0o700);
  const tree = await makeKernelTree(join(base, 'tree'));
  const { code, stderr } = await build(`--source=${tree}`);
  expect(code).toBe(1);
  expect(stderr).toContain(`these cannot get into ${base}\numlnfs: hint: chmod a+x ${base}`);
});
