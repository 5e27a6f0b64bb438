import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { groups, verbs } from '../../../src/cli/verbs.ts';
import { runCli } from '../../support/cli.ts';
import { compiledSources } from '../../support/compiled.ts';

let main: string;

beforeAll(async () => {
  main = join(await compiledSources(), 'cli/main.js');
});

test.each([
  [['--bogus'], "Unknown option '--bogus'"],
  [['stat'], 'there is no verb stat'],
  [['start'], 'start needs the name of a guest: umlnfs start NAME…'],
  [['logs', 'a', 'b'], 'logs does not take "b"'],
  [['status', '--lines=3'], "Unknown option '--lines'"],
  [['start', '--timeout=soon', 'a'], '--timeout=soon: it takes a number of seconds'],
  [
    ['start', '--timeout=2147484', 'a'],
    '--timeout=2147484: it takes a number of seconds greater than 0, and 2147483 at most',
  ],
  [['console', '--idle=9999999', 'a'], '--idle=9999999: it takes a number of seconds'],
  [['logs', '-n', 'x', 'a'], '--lines=x: it takes a number of lines'],
  [['help', 'me'], 'there is no verb me'],
  [['help', 'status', 'more'], 'there is no verb status more'],
  [['kernel'], 'kernel needs one more word: umlnfs kernel check'],
  [['kernel', 'eat'], 'there is no verb kernel eat: umlnfs kernel check'],
])('%j is a wrong command line: exit status 2', async (args, message) => {
  const { code, stdout, stderr } = await runCli(main, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`umlnfs: ${message}`);
});

test('without arguments the help goes to standard error, with --help to standard output', async () => {
  const bare = await runCli(main, []);
  const asked = await runCli(main, ['--help']);
  expect(bare).toMatchObject({ code: 2, stdout: '' });
  expect(asked).toEqual({ code: 0, stdout: bare.stderr, stderr: '' });
  for (const { name } of verbs) expect(asked.stdout).toContain(`\n  ${name} `);
});

test('every verb has help', async () => {
  for (const { name, options } of verbs) {
    const { code, stdout } = await runCli(main, [...name.split(' '), '--help']);
    expect(code).toBe(0);
    for (const option of Object.keys(options)) expect(stdout).toContain(`--${option}`);
    expect((await runCli(main, ['help', ...name.split(' ')])).stdout).toBe(stdout);
  }
});

test('a group of verbs has help', async () => {
  for (const group of Object.keys(groups)) {
    const { code, stdout } = await runCli(main, [group, '--help']);
    expect(code).toBe(0);
    for (const { name } of verbs.filter((verb) => verb.name.startsWith(`${group} `)))
      expect(stdout).toContain(`\n  ${name} `);
    expect((await runCli(main, ['help', group])).stdout).toBe(stdout);
  }
});

test('--version says it', async () => {
  expect((await runCli(main, ['--version'])).stdout).toMatch(/^umlnfs \d+\.\d+\.\d+\n$/);
});
