import { readFile, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;

const rootfs = (verb: string, ...args: string[]) => daemon.rootfs(verb, ...args);

async function made(verb: string, ...args: string[]): Promise<string> {
  const { stderr, exitCode } = await rootfs(verb, ...args);
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  return stderr;
}

beforeAll(async () => {
  daemon = await TestDaemon.make();
  const tree = join(daemon.directory, 'tree');
  const tarball = join(daemon.directory, 'tree.tar.gz');
  await makeTinyRoot(tree);
  await execa('tar', ['-C', tree, '-czf', tarball, '.']);
  await made('create', '--plain', `--from-tarball=${tarball}`, 'base');
  await made('create', '--size=32M', `--from-tarball=${tarball}`, 'image');
  expect(await made('clone', 'base', 'over')).toContain('an overlay of');
  expect(await made('clone', '--method=copy', 'base', 'copy')).toContain('a copy of');
  expect(await made('clone', 'image', 'second')).toContain('in a file system of its own, of 32M');
  for (const [index, name] of ['image', 'over', 'copy', 'second'].entries())
    await daemon.define(name, `[Guest]\nAddress=192.168.2.${index + 2}\nMemory=64M\n`);
  await daemon.start();
});

afterAll(async () => {
  await daemon.kill('SIGTERM');
  for (const name of ['image', 'over', 'copy', 'second'])
    await execa('umount', ['--lazy', daemon.root(name)], { reject: false });
  await daemon.dispose();
});

test.each(['image', 'over', 'copy', 'second'])(
  'a guest runs from %s, and what it writes is there',
  async (name) => {
    await daemon.until(name, { state: 'running' }, 60_000);
    expect(await daemon.inside(name, `echo mine > /proof && cat /proof && mount`)).toMatch(
      /^mine\n[\s\S]* on \/ type nfs4 /,
    );
    expect(await readFile(join(daemon.root(name), 'proof'), 'utf8')).toBe('mine\n');
  },
);

test('an overlay leaves what is beneath it alone', async () => {
  await daemon.until('over', { state: 'running' });
  await daemon.inside('over', 'echo changed > /sbin/other; mv /bin/dd /bin/moved; sync');
  await expect(readFile(join(daemon.root('base'), 'sbin/other'))).rejects.toThrow('ENOENT');
  await expect(readFile(join(daemon.root('base'), 'bin/dd'))).resolves.toBeDefined();
  expect(await readFile(join(daemon.root('over'), 'sbin/other'), 'utf8')).toBe('changed\n');
});

test('a guest fills its own disk and no other', async () => {
  await daemon.until('image', { state: 'running' });
  const before = (await statfs(daemon.directory)).bavail;
  const said = await daemon.inside(
    'image',
    'dd if=/dev/zero of=/big bs=1048576 count=200 conv=fsync 2>&1; echo over',
  );
  expect(said).toMatch(/No space left|quota|nospc/i);
  const { bavail, bsize } = await statfs(daemon.directory);
  expect((before - bavail) * bsize).toBeLessThan(150 * 1024 ** 2);
  const listed = await rootfs('list');
  expect(listed.stdout).toMatch(/^image +\d+M\/32M /m);
  // Its neighbour has not noticed.
  expect(await daemon.inside('second', 'echo fine > /proof2 && cat /proof2')).toBe('fine\n');
});

test('a root in use is neither removed nor cloned', async () => {
  await daemon.until('image', { state: 'running' });
  const removed = await rootfs('remove', '--yes', 'image');
  expect(removed.stderr).toContain('guest image has it as its root');
  const cloned = await rootfs('clone', 'image', 'third');
  expect(cloned.stderr).toContain('guest image runs from it');
});

test('what is unmounted by hand is mounted again before its guest starts', async () => {
  await daemon.kill('SIGTERM');
  for (const name of ['image', 'over']) await execa('umount', [daemon.root(name)]);
  expect((await rootfs('list')).stdout).toMatch(/^image .* image, not mounted/m);
  await daemon.start();
  for (const name of ['image', 'over']) await daemon.until(name, { state: 'running' }, 60_000);
  expect(await readFile(join(daemon.root('image'), 'proof'), 'utf8')).toBe('mine\n');
  const steps = daemon.log.filter(({ step }) => step === 'root.mount').map(({ guest }) => guest);
  expect(steps.sort()).toEqual(['image', 'over']);
});

test('a guest does not start from the empty directory beneath', async () => {
  await daemon.kill('SIGTERM');
  await execa('umount', [daemon.root('second')]);
  const { stdout } = await rootfs('show', 'second');
  const image = join(/Lies in: (.*)/.exec(stdout)?.[1] ?? '', 'image');
  await truncate(image, 1_000_000);
  await daemon.start();
  const status = await daemon.until('second', { state: 'backoff' });
  expect(status.problem).toContain(`cannot mount root ${daemon.root('second')}`);
  await daemon.until('image', { state: 'running' }, 60_000);
});

test('what another root is over does not change, and starts no guest', async () => {
  await daemon.define('base', `[Guest]\nAddress=192.168.2.9\nMemory=64M\n`);
  const status = await daemon.until('base', { state: 'backoff' });
  expect(status.problem).toContain(`${daemon.root('over')} is a clone over its root`);
});
