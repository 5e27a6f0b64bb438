import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownLines, readHosts, withOwnLines, writeHosts } from '../../../../src/adapters/hosts/hosts-file.ts';

const others = '127.0.0.1 localhost\n::1 localhost\n';
const lines = ['192.168.2.2 web1.uml web1'];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-hosts-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('lines come, change in their place, and go, and all others stay as they are', () => {
  const first = withOwnLines(others, lines);
  expect(first.startsWith(others)).toBe(true);
  expect(ownLines(first)).toEqual(lines);
  const later = withOwnLines(`${first}10.0.0.1 mine\n`, ['192.168.2.3 web2']);
  expect(ownLines(later)).toEqual(['192.168.2.3 web2']);
  expect(withOwnLines(later, [])).toBe(`${others}10.0.0.1 mine\n`);
  expect(ownLines(others)).toBeUndefined();
});

test('a file without a last newline keeps its last line', () => {
  expect(withOwnLines('127.0.0.1 localhost', lines).split('\n')[0]).toBe('127.0.0.1 localhost');
});

test('what follows a beginning without an end is not ours', () => {
  const [begin = ''] = withOwnLines('', lines).split('\n');
  const torn = `${begin}\n10.0.0.1 mine\n`;
  expect(ownLines(torn)).toBeUndefined();
  expect(withOwnLines(torn, lines)).toContain('10.0.0.1 mine\n');
});

test('a link stays one, and the mode of its file too', async () => {
  const [file, link] = [join(directory, 'real'), join(directory, 'hosts')];
  await writeFile(file, others, { mode: 0o640 });
  await symlink('real', link);
  await writeHosts(link, lines);
  expect(await readHosts(link)).toEqual(lines);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  await writeHosts(link, []);
  expect(await readFile(file, 'utf8')).toBe(others);
});
