import { appendFile, mkdir, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundConsoleLog } from '../../../src/adapters/uml/console-log.ts';
import { type CliStage, cliStage } from '../../support/cli.ts';
import { until } from '../../support/poll.ts';
import { ScriptedControl } from '../../support/scripted-control.ts';

let control: ScriptedControl;
let stage: CliStage;
let log: string;
let ending: (() => void) | undefined;

beforeEach(async () => {
  control = new ScriptedControl();
  stage = await cliStage(control);
  log = join(stage.bus.directory, 'console.log');
  control.set('web1', { log });
});

afterEach(async () => {
  ending?.();
  ending = undefined;
  await stage.remove();
});

function follow(...args: string[]) {
  const shown = { text: '', messages: '' };
  const following = execa('node', [stage.main, 'logs', '--follow', ...args, 'web1'], {
    env: { UMLNFS_BUS: stage.bus.address },
    reject: false,
  });
  following.stdout.on('data', (bytes) => {
    shown.text += bytes;
  });
  following.stderr.on('data', (bytes) => {
    shown.messages += bytes;
  });
  ending = () => following.kill('SIGKILL');
  return shown;
}

test('the whole log from its first line, without what could move a cursor', async () => {
  await writeFile(
    log,
    'Linux version 6.1\r\n\u001b[2J\u001b]0;evil\u0007\u001b[32mOK\u001b[0m done\nlogin: ',
  );
  expect(await stage.cli(['logs', 'web1'])).toEqual({
    code: 0,
    stdout: 'Linux version 6.1\nOK done\nlogin: ',
    stderr: '',
  });
});

test('a log that grows without end is shown as it was when asked for', async () => {
  const flood = execa('sh', ['-c', 'exec yes "a line of a flood" >> "$1"', 'sh', log], { reject: false });
  try {
    await until('the flood', async () => ((await stat(log).catch(() => undefined))?.size ?? 0) > 1_000_000);
    const { stdout } = await stage.cli(['logs', '--lines=3', 'web1']);
    expect(stdout.split('\n').length).toBeLessThanOrEqual(4);
  } finally {
    flood.kill('SIGKILL');
    await flood;
  }
});

test('the last lines, also of a log of many blocks', async () => {
  const lines = [...Array(30_000).keys()].map((index) => `line ${index}\n`);
  await writeFile(log, lines.join(''));
  expect((await stage.cli(['logs', '-n', '2', 'web1'])).stdout).toBe('line 29998\nline 29999\n');
  expect((await stage.cli(['logs', '--lines=20000', 'web1'])).stdout).toBe(lines.slice(-20_000).join(''));
  expect((await stage.cli(['logs', '-n', '0', 'web1'])).stdout).toBe('');
  await appendFile(log, 'no end');
  expect((await stage.cli(['logs', '-n1', 'web1'])).stdout).toBe('no end');
});

test('no log yet, and no such guest', async () => {
  const none = await stage.cli(['logs', 'web1']);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain(`cannot show the console log of guest web1: there is no ${log} yet`);
  expect((await stage.cli(['logs', 'web9'])).code).toBe(4);
});

test('follows a log that comes, grows, and is replaced when the guest starts again', async () => {
  const shown = follow();
  await writeFile(log, 'one\n');
  await until('the first line', () => shown.text === 'one\n');
  await appendFile(log, 'two\n');
  await until('the second line', () => shown.text === 'one\ntwo\n');
  // The last words of the old guest, and the new log, in one go.
  await appendFile(log, 'Power down\n');
  await rename(log, `${log}.1`);
  await writeFile(log, 'again\n');
  await until('the new log', () => shown.text === 'one\ntwo\nPower down\nagain\n');
  await until(
    'the message',
    () => shown.messages === 'umlnfs: guest web1 was started again; this is its new log\n',
  );
});

test('follows a log that is cut in its middle, and shows no line twice', async () => {
  const line = (index: number) => `line ${String(index).padStart(6, '0')}\n`;
  await writeFile(log, [...Array(20_000).keys()].map(line).join(''));
  const shown = follow('-n', '1');
  await until('the end', () => shown.text === line(19_999));
  expect(await boundConsoleLog(log, { longest: 100_000, head: 10_000, tail: 20_000 })).toBe(true);
  await appendFile(log, line(20_000));
  await until('the next line', () => shown.text === line(19_999) + line(20_000));
});

test('follows a log that was emptied', async () => {
  await writeFile(log, 'one\ntwo\n');
  const shown = follow();
  await until('the lines', () => shown.text === 'one\ntwo\n');
  await truncate(log);
  await appendFile(log, 'new\n');
  await until('the new line', () => shown.text === 'one\ntwo\nnew\n');
});

test("the journal of the guest's unit, where systemd keeps the console", async () => {
  const tools = join(stage.bus.directory, 'tools');
  await mkdir(tools);
  // Stands in for the journal of a machine that runs under systemd; what is asked of it is what counts here.
  await writeFile(join(tools, 'journalctl'), '#!/bin/sh\nprintf "%s\\n" "$@"; printf "\\033[2Jend\\n"\n', {
    mode: 0o755,
  });
  control.set('web1', { log: '' });
  const env = { PATH: `${tools}:${process.env.PATH}` };
  const { stdout, code } = await stage.cli(['logs', '-f', '-n', '5', 'web1'], { env });
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    '--unit=umlnfs@web1.service',
    '--output=cat',
    '--all',
    '--quiet',
    '--no-pager',
    '--lines=5',
    '--follow',
    'end',
    '',
  ]);
});
