/** Every file and directory in definitions/ is a case that carries its own assertions; see expectations.ts. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/definition/assign.ts';
import { networkTable } from '../../src/definition/bridge-table.ts';
import { nextCatalog } from '../../src/definition/catalog.ts';
import { checkDefinitions } from '../../src/definition/check.ts';
import { guestTable } from '../../src/definition/guest-table.ts';
import { hostTable } from '../../src/definition/host-table.ts';
import type { Loaded } from '../../src/definition/source.ts';
import { templateTable } from '../../src/definition/template/table.ts';
import { desired } from '../../src/model/derive.ts';
import type { Problem } from '../../src/model/problem.ts';
import { loadDefinitions } from '../../src/watch/load.ts';
import { readSource } from '../../src/watch/read-source.ts';
import { assignment, at, type Expectation, expectationsIn } from '../support/expectations.ts';

const CASES = join(import.meta.dirname, 'definitions');
const HOST_ID = 'golden';

/** A copy to load from, in which a file NAME.link has become a link to what it says. */
const copy = mkdtempSync(join(tmpdir(), 'umlnfs-golden-'));
cpSync(CASES, copy, { recursive: true, preserveTimestamps: true });
for (const file of filesBelow(copy).filter((name) => name.endsWith('.link'))) {
  symlinkSync(readFileSync(file, 'utf8').trim(), file.slice(0, -'.link'.length));
  rmSync(file);
}
afterAll(() => rmSync(copy, { recursive: true }));

function filesBelow(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** A single file is the guest of its name on a host without a host file; a directory has etc, run and lib. */
async function load(path: string): Promise<Loaded> {
  if (statSync(path).isDirectory()) {
    const directories = ['etc', 'run', 'lib'].map((name) => join(path, name));
    return loadDefinitions(directories, join(path, 'umlnfs.conf'));
  }
  const name = basename(path, '.conf');
  const read = await readSource(path);
  const message = read.kind === 'failed' ? read.message : 'unreadable';
  const source = {
    name,
    file: path,
    files: read.kind === 'text' ? [{ path, text: read.text }] : [],
    problems:
      read.kind === 'text'
        ? []
        : [{ severity: 'error' as const, file: path, line: undefined, guest: name, message }],
  };
  return {
    hostFile: '/nonexistent',
    host: undefined,
    hostProblems: [],
    guests: new Map([[name, source]]),
    networks: new Map(),
    problems: [],
    complete: true,
    users: new Map(),
  };
}

function guestOf(file: string): string {
  const [, dropIn] = /([^/]+)\.conf\.d\/[^/]+$/.exec(file) ?? [];
  return dropIn ?? basename(file, '.conf');
}

function isRead(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

describe.each(readdirSync(copy).map((name) => [name, join(copy, name)] as const))('%s', (_name, path) => {
  it('is as it says', async () => {
    const loaded = await load(path);
    const catalog = nextCatalog(undefined, loaded, HOST_ID);
    const result = desired(
      catalog.host,
      catalog.guests.values(),
      HOST_ID,
      undefined,
      catalog.users,
      catalog.kept,
    ).desired;
    const expectedProblems: string[] = [];
    let expectations = 0;
    for (const file of filesBelow(path).filter(isRead)) {
      for (const expectation of expectationsIn(readFileSync(file, 'utf8'))) {
        expectations += 1;
        if (expectation.kind === '-error' || expectation.kind === '-warning') {
          expectedProblems.push(
            `${placeOf(expectation, file, path)}:${expectation.kind.slice(1)}: ${expectation.text}`,
          );
        } else check(expectation, file);
      }
    }
    expect(expectations).toBeGreaterThan(0);
    const problems = checkDefinitions(loaded, HOST_ID);
    // Sorted and cut to what is expected of each, so that a difference is shown whole.
    expect(problems.map((problem) => shortened(problem, expectedProblems)).sort()).toEqual(
      expectedProblems.sort(),
    );
    if (!problems.some(({ severity }) => severity === 'error'))
      expect(result.guests.size).toBe(loaded.guests.size);

    function check({ kind, text }: Expectation, file: string): void {
      const name = guestOf(file);
      const guest = catalog.guests.get(name);
      const wanted = result.guests.get(name);
      const options = wanted?.root.options;
      const exported = result.exports.get(name);
      switch (kind) {
        case '-no-guest':
          expect(wanted, `guest ${name}`).toBeUndefined();
          break;
        case '-no-export':
          expect(exported).toBeUndefined();
          break;
        case '-option':
          expect(options).toContain(text);
          break;
        case '-no-option':
          expect(options).not.toContain(text);
          break;
        case '-export':
          expect(`${exported?.client}:${exported?.path}(${exported?.options.join(',')})`).toBe(text);
          break;
        default: {
          const { path: where, value } = assignment(text);
          const network = catalog.host.networks?.get(basename(file, '.network'));
          const read = basename(file) === 'umlnfs.conf' ? catalog.host : (network ?? guest);
          expect(at(kind === '-wanted' ? wanted : read, where), text).toEqual(value);
        }
      }
    }
  });
});

/** `FILE:LINE`, the line empty where the file as a whole is meant. */
function placeOf({ place }: Expectation, file: string, path: string): string {
  if (/^\d*$/.test(place)) return `${file}:${place}`;
  // Names of instances have a colon too.
  const [, relative = '', line = ''] = /^(.*?)(?::(\d+))?$/.exec(place) ?? [];
  return `${join(path, relative)}:${line}`;
}

/** The problem as the expectation it fulfils says it, or whole. */
function shortened(problem: Problem, expected: readonly string[]): string {
  const whole = `${problem.file}:${problem.line ?? ''}:${problem.severity}: ${problem.message}`;
  return expected.find((text) => whole.startsWith(text)) ?? whole;
}

describe.each([
  ['guest', guestTable],
  ['host', hostTable],
  ['template', templateTable],
  ['network', networkTable],
] as const)('the cases', (name, table) => {
  const texts = filesBelow(copy)
    .filter(isRead)
    .map((file) => readFileSync(file, 'utf8'));
  it.each(rowsOf(table).map(({ section, key }) => [section, key.name]))(
    `use ${name} key %s %s=`,
    (section, key) => {
      const used = texts.some((text) =>
        new RegExp(`^\\[${section}\\]\\n([^[]*\\n)?${key}\\s*=.`, 'm').test(text),
      );
      expect(used).toBe(true);
    },
  );
});
