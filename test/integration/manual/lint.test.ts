import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page, pageNames } from '../../../src/manual/pages.ts';

const templates = join(import.meta.dirname, '../../../docs/man');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-man-'));
  for (const name of pageNames)
    await writeFile(join(directory, name), page(await readFile(join(templates, `${name}.in`), 'utf8')));
});

afterAll(() => rm(directory, { recursive: true }));

test.each(pageNames)('groff and mandoc have nothing to say against %s', async (name) => {
  const file = join(directory, name);
  const groff = await execa('groff', ['-ww', '-man', '-Tutf8', '-rLL=80n', '-z', file]);
  expect(groff.stderr).toBe('');
  // Pages of a version have no date of their own.
  const lint = await execa('mandoc', ['-Tlint', '-Wwarning', file], { reject: false });
  const findings = lint.stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
  expect(findings).toEqual([]);
});

test('whatis can tell what each page is about', async () => {
  for (const name of pageNames) {
    const { stdout } = await execa('lexgrog', ['-m', join(directory, name)]);
    expect(stdout, name).toContain(`${name.replace(/\.\d$/, '')} - `);
  }
});

test('a page shows what its template and the tables say, in every locale', async () => {
  const { stdout } = await execa('groff', ['-man', '-Tascii', '-P-cbou', join(directory, 'umlnfs-guest.5')]);
  expect(stdout).toMatch(/\n +Memory=\n +The guest's memory\.\n/);
  expect(stdout).toMatch(/\n +\[Guest\]\n +Address=192\.168\.2\.2\n/);
});
