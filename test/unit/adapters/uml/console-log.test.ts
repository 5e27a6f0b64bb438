import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  boundConsoleLog,
  openConsoleLog,
  readConsoleTail,
} from '../../../../src/adapters/uml/console-log.ts';

let dir: string;
let log: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'console-'));
  log = join(dir, 'guest/console.log');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function boot(text: string): Promise<void> {
  const file = await openConsoleLog(log);
  await file.write(text);
  await file.close();
}

test('each boot has a log of its own, and the last three earlier ones are kept', async () => {
  for (const text of ['one', 'two', 'three', 'four', 'five']) await boot(text);
  const read = (suffix: string) => readFile(`${log}${suffix}`, 'utf8');
  expect(await Promise.all(['', '.1', '.2', '.3'].map(read))).toEqual(['five', 'four', 'three', 'two']);
  await expect(read('.4')).rejects.toThrow(/ENOENT/);
});

test('a log that is too long keeps its beginning and its end', async () => {
  const file = await openConsoleLog(log);
  for (let line = 0; line < 1000; line += 1) await file.write(`line ${line}\n`);
  expect(await boundConsoleLog(log, { longest: 100_000, head: 100, tail: 100 })).toBe(false);
  expect(await boundConsoleLog(log, { longest: 5_000, head: 100, tail: 100 })).toBe(true);
  // The guest goes on writing to the file that it has open.
  await file.write('after\n');
  await file.close();
  const text = await readFile(log, 'utf8');
  expect(text).toMatch(/^line 0\nline 1\n/);
  expect(text).toMatch(/\n--- \d+ bytes of the console are left out here ---\n/);
  expect(text).toMatch(/line 999\nafter\n$/);
  expect(text.length).toBeLessThan(300);
  const dropped = Number(/(\d+) bytes/.exec(text)?.[1]);
  const kept = text.replace(/\n---.*---\n/, '').replace('after\n', '').length;
  expect(dropped + kept).toBe('line 0\n'.length * 10 + 'line 10\n'.length * 90 + 'line 100\n'.length * 900);
});

test('the tail begins with a whole line', async () => {
  await boot('first line\nsecond line\nthird');
  expect(await readConsoleTail(log)).toBe('first line\nsecond line\nthird');
  expect(await readConsoleTail(log, 10)).toBe('third');
});

test('no log has no tail, and a link is not followed', async () => {
  expect(await readConsoleTail(log)).toBe('');
  await boot('x');
  const secret = join(dir, 'secret');
  await writeFile(secret, 'secret');
  await rm(log);
  await symlink(secret, log);
  await expect(readConsoleTail(log)).rejects.toThrow(/ELOOP/);
});
