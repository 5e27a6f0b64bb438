import { chmod, copyFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeKernel } from '../../../src/adapters/uml/probe.ts';
import { UserError } from '../../../src/model/error.ts';

const packaged = '/usr/bin/linux.uml';
const nobody = { uid: 1_900_000_001, gid: 1_900_000_001 };
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'probe-'));
  await chmod(dir, 0o755);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function script(name: string, lines: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}

test('the packaged kernel needs an initramfs and has the vector transport', async () => {
  const caps = await probeKernel(packaged, nobody);
  expect(caps.version).toMatch(/^\d+\.\d+/);
  expect(caps.nfsRoot).toBe('initramfs');
  expect(caps.transports).toContain('vector');
  expect(caps.ipAutoconf).toEqual(['dhcp']);
});

test('the answer is kept as long as the file is the same', async () => {
  const first = await probeKernel(packaged, nobody);
  expect(await probeKernel(packaged, nobody)).toBe(first);
  const copy = join(dir, 'linux');
  await copyFile(packaged, copy);
  const before = await probeKernel(copy, nobody);
  await utimes(copy, new Date(0), new Date(0));
  expect(await probeKernel(copy, nobody)).not.toBe(before);
});

test.each([
  ['/usr/bin/true', /no User Mode Linux kernel/],
  ['/usr/bin', /no regular file/],
  ['/usr/bin/no-such-kernel', /no such file/],
  ['/etc/passwd', /no ELF executable/],
])('%s is refused in words', async (path, cause) => {
  const refusal = await probeKernel(path, nobody).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UserError);
  expect((refusal as UserError).message).toMatch(cause);
});

test('a kernel that was built for another system is told from what is no kernel', async () => {
  const program = join(dir, 'foreign');
  const library = join(dir, 'libforeign.so');
  await execa('gcc', ['-shared', '-xc', '-', '-o', library], { input: 'int foreign;' });
  await execa('gcc', ['-xc', '-', '-xnone', '-Wl,--no-as-needed', library, '-o', program], {
    input: 'int main(void) { return 0; }',
  });
  await rm(library);
  const refusal = (await probeKernel(program, nobody).catch((error: unknown) => error)) as UserError;
  expect(refusal.message).toMatch(/it does not run here: this system has no \S*libforeign\.so$/);
  expect(refusal.hint).toContain('umlnfs kernel build');
});

test('a script that would claim to be a kernel is not even run', async () => {
  const witness = join(dir, 'ran');
  const path = await script('claims', `touch ${witness}; echo CONFIG_UML=y`);
  await expect(probeKernel(path, nobody)).rejects.toThrow(/no ELF executable/);
});

test('a kernel that its user may not execute is refused with the command to run', async () => {
  const copy = join(dir, 'private-linux');
  await copyFile(packaged, copy);
  await chmod(copy, 0o700);
  const refusal = (await probeKernel(copy, nobody).catch((error: unknown) => error)) as UserError;
  expect(refusal.message).toMatch(/has no permission to execute it/);
  expect(refusal.hint).toContain(`chmod a+rx ${copy}`);
});
