import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliStage, cliStage } from '../../support/cli.ts';
import { until } from '../../support/poll.ts';
import { guestStatus, ScriptedControl } from '../../support/scripted-control.ts';

const down = { state: 'stopped', pid: 0, startedAt: 0, readySeconds: -1 } as const;
const up = { state: 'running', pid: 99, startedAt: 1_800_000_000_000_000, readySeconds: 1 } as const;
let control: ScriptedControl;
let stage: CliStage;

beforeEach(async () => {
  control = new ScriptedControl(guestStatus('web1', down), guestStatus('web2', down), guestStatus('web3'));
  stage = await cliStage(control);
});

afterEach(() => stage.remove());

test('start waits until all named guests are ready', async () => {
  control.onWish = (_, name) => control.set(name, { state: 'starting', pid: 99 });
  const started = stage.cli(['start', 'web1', 'web2']);
  let ended = false;
  void started.then(() => {
    ended = true;
  });
  await until('the wishes', () => control.wishes.length === 2);
  control.set('web1', up);
  await until('the other change', () => control.guest('web1')?.state === 'running');
  expect(ended).toBe(false);
  control.set('web2', up);
  expect(await started).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(control.wishes.sort()).toEqual(['start web1', 'start web2']);
});

test('start of a guest that runs is done at once, and --no-wait waits for nothing', async () => {
  expect((await stage.cli(['start', 'web3'])).code).toBe(0);
  expect((await stage.cli(['start', '--no-wait', 'web1'])).code).toBe(0);
  expect(control.wishes).toEqual(['start web3', 'start web1']);
});

test('a guest that fails: exit status 1, the reason, and where to look', async () => {
  control.onWish = (_, name) => {
    control.set(name, { state: 'starting', pid: 99 });
    const end = {
      lastEndReason: 'panic',
      lastEndDetail: 'no init found',
      lastEndAt: 1_800_000_000_000_000,
    } as const;
    control.set(name, { ...down, state: 'backoff', detail: 'next try in 1 s', ...end });
  };
  const { code, stderr } = await stage.cli(['start', 'web1']);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'umlnfs: cannot start guest web1: it ended (panic): no init found; next try in 1 s\n' +
      'umlnfs: hint: umlnfs status web1 and umlnfs logs web1 tell more\n',
  );
});

test('a guest that was failed before is not failed by that', async () => {
  control.set('web1', { ...down, state: 'failed', lastEndReason: 'crash', lastEndAt: 1 });
  const reset = stage.cli(['reset', 'web1']);
  await until('the wish', () => control.wishes.length === 1);
  control.set('web1', { state: 'starting' });
  control.set('web1', up);
  expect((await reset).code).toBe(0);
});

test('stop waits for stopped, restart for a new process', async () => {
  const stop = stage.cli(['stop', 'web3']);
  await until('the wish', () => control.wishes.includes('stop web3'));
  control.set('web3', { state: 'stopping' });
  control.set('web3', { ...down, lastEndReason: 'stopped', lastEndAt: 5 });
  expect((await stop).code).toBe(0);

  control.set('web2', { ...up, pid: 50, startedAt: 7 });
  const restart = stage.cli(['restart', 'web2']);
  await until('the wish', () => control.wishes.includes('restart web2'));
  control.set('web2', { state: 'stopping' });
  control.set('web2', { ...down, state: 'starting', lastEndReason: 'stopped', lastEndAt: 8 });
  control.set('web2', up);
  expect((await restart).code).toBe(0);
});

test('--timeout: exit status 7, and the wish stands', async () => {
  const { code, stderr } = await stage.cli(['stop', '--timeout=0.5', 'web3']);
  expect(code).toBe(7);
  expect(stderr).toContain('cannot wait for web3: not stopped after 0.5 s');
  expect(control.wishes).toEqual(['stop web3']);
});

test('a wrong name among others: nothing is done', async () => {
  const { code, stderr } = await stage.cli(['stop', 'web3', 'wbe1']);
  expect(code).toBe(4);
  expect(stderr).toContain('there is no guest "wbe1"');
  expect(control.wishes).toEqual([]);
});

test('the daemon ends while it is waited for: exit status 5', async () => {
  const start = stage.cli(['start', 'web1']);
  await until('the wish', () => control.wishes.length === 1);
  await stage.service.close();
  const { code, stderr } = await start;
  expect(code).toBe(5);
  expect(stderr).toContain('the daemon has ended');
});

test('what is for root is refused to others: exit status 6', async () => {
  await execa('chmod', ['755', stage.bus.directory]);
  const { exitCode, stderr } = await execa(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', 'node', stage.main, 'stop', 'web3'],
    { env: { UMLNFS_BUS: stage.bus.address }, reject: false },
  );
  expect(exitCode).toBe(6);
  expect(stderr).toBe(
    'umlnfs: cannot stop guest web3: user 65534 may not stop guests\numlnfs: hint: ask an administrator, or use sudo',
  );
});

test('a terminal shows what is waited for', async () => {
  const start = execa('script', ['-qec', `node ${stage.main} start web1`, '/dev/null'], {
    env: { UMLNFS_BUS: stage.bus.address, COLUMNS: '120' },
  });
  let shown = '';
  start.stdout.on('data', (bytes) => {
    shown += bytes;
  });
  await until('the wish', () => control.wishes.length === 1);
  control.set('web1', { state: 'starting', pid: 99, detail: 'waiting\u001b[2J for READY=1' });
  await until('the line', () => shown.includes('start: web1 starting (waiting for READY=1)'));
  control.set('web1', up);
  await start;
});
