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

test('levels of kernel lines stay, but for those that are shown on every terminal', async () => {
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
