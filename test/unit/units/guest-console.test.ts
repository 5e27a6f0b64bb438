import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../../units/scripts/guest-console');

async function filtered(...chunks: readonly string[]): Promise<string> {
  const running = execa(script, { stripFinalNewline: false });
  for (const [index, chunk] of chunks.entries()) {
    // So that it is read in pieces.
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, 30));
    running.stdin.write(chunk);
  }
  running.stdin.end();
  return (await running).stdout;
}

test.each([
  ['Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009', 2],
  ['---[ end Kernel panic - not syncing: x ]---', 2],
  ['[   12.345678] BUG: kernel NULL pointer dereference', 2],
  ['Out of memory: Killed process 45 (sh) total-vm:4kB', 3],
  ['INFO: task sync:34 blocked for more than 120 seconds.', 3],
  ['VFS: Unable to mount root fs via NFS.', 3],
  ['umlnfs: cannot mount 192.168.2.1:/export/web1', 3],
  ['nfs: server 192.168.2.1 not responding, still trying', 4],
  ['nfs: server 192.168.2.1 OK', 5],
  ['WARNING: CPU: 0 PID: 1 at kernel/x.c:1 y+0x1/0x2', 4],
  ['Linux version 6.12.113 (sbuild@sbuild)', 5],
  ['reboot: Power down', 5],
])('the kernel line %s has level %i', async (line, level) => {
  expect(await filtered(`before\n${line}\nafter\n`)).toBe(`before\n<${level}>${line}\nafter\n`);
});

test('other lines, and those that have a level, have none from here', async () => {
  const text =
    'Welcome to Debian\n<6>Kernel panic\nsaid: Kernel panic\n  BUG: x\nKernel panic without an end';
  expect(await filtered(text)).toBe(text);
});

test('levels stay, but for those that are shown on every terminal', async () => {
  expect(await filtered('<6>a\n<3>b\n<2>c\n<1>d\n<0>e\n<7>f\n')).toBe('<6>a\n<3>b\n<2>c\n<2>d\n<2>e\n<7>f\n');
});

test('what looks like a level elsewhere in a line is text', async () => {
  expect(await filtered('x<0>y\n[<0>]\n <1>\n')).toBe('x<0>y\n[<0>]\n <1>\n');
});

test('a level that comes in pieces is one', async () => {
  expect(await filtered('<', '0', '>a\n<1', '>b\n', '<', '5>c')).toBe('<2>a\n<2>b\n<5>c');
});

test('NUL ends a line, as it does for the journal', async () => {
  expect(await filtered('a\0<0>b\n')).toBe('a\n<2>b\n');
});

test('a prompt is passed on before its line ends', async () => {
  const running = execa(script);
  running.stdin.write('login: ');
  const [first] = await once(running.stdout, 'data', { signal: AbortSignal.timeout(5_000) });
  running.stdin.end();
  await running;
  expect(String(first)).toBe('login: ');
});

test('a line without an end is ended, so that the journal does not do it where a level follows', async () => {
  const out = await filtered(`${'a'.repeat(4096)}<0>b${'c'.repeat(9000)}\n<1>d\n`);
  const lines = out.split('\n');
  expect(lines.every((line) => line.length <= 4096)).toBe(true);
  expect(lines[1]?.startsWith('<2>b')).toBe(true);
  expect(lines.at(-2)).toBe('<2>d');
  expect(lines.some((line) => /^<[01]>/.test(line))).toBe(false);
});

test('signals to end do not end it: a panic sends them to all around it', async () => {
  const running = execa(script, { stripFinalNewline: false });
  running.stdin.write('first\n');
  await once(running.stdout, 'data', { signal: AbortSignal.timeout(5_000) });
  running.kill('SIGTERM');
  running.stdin.end('<0>Kernel panic\n');
  expect((await running).stdout).toContain('<2>Kernel panic');
});
