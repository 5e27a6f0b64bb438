import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type CliStage, cliStage } from '../../support/cli.ts';
import { guestStatus, ScriptedControl } from '../../support/scripted-control.ts';

let control: ScriptedControl;
let stage: CliStage;

beforeEach(async () => {
  control = new ScriptedControl(guestStatus('web1'));
  stage = await cliStage(control);
});

afterEach(() => stage.remove());

test("the daemon's plan, for people and for programs", async () => {
  expect(await stage.cli(['plan'])).toEqual({ code: 0, stdout: 'nothing to do\n', stderr: '' });
  control.planLines = [
    { kind: 'tap.ensure', guest: 'web1', what: 'make tap uml-web1', why: 'it is missing' },
    { kind: 'bridge.ensure', guest: '', what: 'make bridge uml0', why: 'it is\u001b[2J down' },
  ];
  expect((await stage.cli(['plan'])).stdout).toBe(
    'make tap uml-web1, because it is missing\nmake bridge uml0, because it is down\n',
  );
  expect(JSON.parse((await stage.cli(['plan', '--json'])).stdout)).toEqual(control.planLines);
  expect((await stage.cli(['plan', 'web*'])).stdout).toBe('make tap uml-web1, because it is missing\n');
  // What is about no guest is not the pattern's either.
  expect((await stage.cli(['plan', '*'])).stdout).toBe('make tap uml-web1, because it is missing\n');
});

test('a name that nobody has is an error, as a pattern that matches nobody', async () => {
  control.set('lab:01');
  expect((await stage.cli(['plan', 'lab@', 'web1'])).stdout).toBe('nothing to do\n');
  const unknown = await stage.cli(['plan', 'web1', 'nosuch']);
  expect(unknown).toEqual({ ...(await stage.cli(['status', 'nosuch'])), code: 4, stdout: '' });
  expect(await stage.cli(['plan', 'db@', '--json'])).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('cannot find guests db@: no guest matches that'),
  });
});

test('a template whose instances nobody knows is known by its line', async () => {
  control.planLines = [
    { kind: 'blocked', guest: 'lab@', what: 'leave the guests of lab@ as they are', why: 'x' },
  ];
  expect(await stage.cli(['plan', 'lab@'])).toMatchObject({
    code: 0,
    stdout: 'leave the guests of lab@ as they are, because x\n',
  });
});

test('without a daemon too: refused definitions with their reason, and unknown names', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'umlnfs-plan-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'umlnfs.d'));
  const file = join(directory, 'umlnfs.d/bad.conf');
  await writeFile(file, '[Guest]\nAddress=192.168.2.2\nMemroy=64M\n');
  const plan = (...args: string[]) => stage.cli(['plan', `--config-dir=${directory}`, ...args]);
  const { code, stdout } = await plan('bad');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^leave guest bad as it is, because \S+\/bad\.conf:3: error: .*Memroy.*\n$/);
  expect(JSON.parse((await plan('--json', 'b*')).stdout)).toEqual([
    expect.objectContaining({ kind: 'blocked', guest: 'bad', what: 'leave guest bad as it is' }),
  ]);
  expect(await plan('nosuch')).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('there is no guest "nosuch"'),
  });
  expect((await plan('lab@')).code).toBe(4);
});

test('an address that is given and leads nowhere is an error', async () => {
  expect((await stage.cli(['plan', '--bus=unix:path=/nonexistent'])).code).toBe(5);
});

test('reload tells the problems, and by its exit status whether one is an error', async () => {
  control.problemLines = ['/etc/umlnfs.d/a.conf:3: warning: strange'];
  expect(await stage.cli(['reload'])).toEqual({
    code: 0,
    stdout: '',
    stderr: `${control.problemLines[0]}\n`,
  });
  control.problemLines = ['/etc/umlnfs.d/a.conf:3: error: wrong'];
  expect(await stage.cli(['reload'])).toMatchObject({ code: 1, stderr: `${control.problemLines[0]}\n` });
  expect(control.wishes).toEqual(['reload', 'reload']);
});
