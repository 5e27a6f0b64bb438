import { afterEach, beforeEach, expect, test } from 'vitest';
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
  expect((await stage.cli(['plan', 'lab@'])).stdout).toBe('nothing to do\n');
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
