import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliStage, cliStage } from '../../support/cli.ts';
import { until } from '../../support/poll.ts';
import { guestStatus, ScriptedControl } from '../../support/scripted-control.ts';

let control: ScriptedControl;
let stage: CliStage;

beforeEach(async () => {
  control = new ScriptedControl(
    guestStatus('web2', {
      state: 'backoff',
      pid: 0,
      health: 'unknown',
      readySeconds: -1,
      restarts: 3,
      detail: 'next try in 4 s',
      lastEndReason: 'panic',
      lastEndDetail: 'Kernel panic \u001b]0;evil\u0007\u001b[2J',
    }),
    guestStatus('web1', { description: 'front' }),
  );
  stage = await cliStage(control);
});

afterEach(() => stage.remove());

test('all guests in columns that awk can read, without colours or control characters', async () => {
  const { stdout, code } = await stage.cli(['status']);
  expect(code).toBe(0);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));
  expect(rows[0]).toEqual(['NAME', 'STATE', 'SINCE', 'ADDRESS', 'READY', 'HEALTH', 'RESTARTS', 'DETAIL']);
  expect(rows[1]?.[0]).toBe('web1');
  expect(rows[1]?.slice(3)).toEqual(['192.168.2.2', '4.3s', 'ok', '0', '-']);
  expect(rows[2]?.slice(3)).toEqual([
    '192.168.2.2',
    '-',
    'unknown',
    '3',
    'next try in 4 s; panic: Kernel panic',
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('--json is the status as it is', async () => {
  const { stdout, code } = await stage.cli(['status', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(control.guests().sort((a, b) => (a.name < b.name ? -1 : 1)));
});

test('exit status 0 when all that are named run, 3 when one does not, 4 when there is none', async () => {
  const running = await stage.cli(['status', 'web1']);
  expect(running.code).toBe(0);
  expect(running.stdout).toMatch(/^web1\n/);
  expect(running.stdout).toContain('Description: front\n');
  expect(running.stdout).toContain('Root: 192.168.2.1:/export/web1\n');
  expect((await stage.cli(['status', 'web1', 'web2'])).code).toBe(3);
  const none = await stage.cli(['status', 'web1', 'nobody']);
  expect(none).toMatchObject({ code: 4, stdout: '' });
  expect(none.stderr).toContain('umlnfs: cannot find guest nobody: there is no guest "nobody"\n');
  expect(none.stderr).toContain('hint: ');
});

test('no daemon: exit status 5 and what to do', async () => {
  await stage.service.close();
  const { code, stderr, stdout } = await stage.cli(['status']);
  expect(code).toBe(5);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^umlnfs: cannot reach the daemon: nobody owns org\.umlnfs1/);
  expect(stderr).toContain('hint: is the daemon running?');
  const elsewhere = await stage.cli(['status', '--bus=unix:path=/nonexistent']);
  expect(elsewhere.code).toBe(5);
  expect(elsewhere.stderr).toContain('nobody listens there');
});

test('--watch shows every change, a line each, until the daemon ends', async () => {
  const watching = execa('node', [stage.main, 'status', '--watch', '--json', 'web1'], {
    env: { UMLNFS_BUS: stage.bus.address },
    reject: false,
  });
  let shown = '';
  watching.stdout.on('data', (bytes) => {
    shown += bytes;
  });
  const lines = () =>
    shown
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  await until('the first line', () => lines().length === 1);
  control.set('web2', { restarts: 4 });
  control.set('web1', { state: 'stopping' });
  control.remove('web1');
  await until('all lines', () => lines().length === 3);
  expect(lines().map(({ name, state, removed }) => [name, state ?? removed])).toEqual([
    ['web1', 'running'],
    ['web1', 'stopping'],
    ['web1', true],
  ]);
  await stage.service.close();
  expect((await watching).exitCode).toBe(5);
});

test('a reader that goes away is no error', async () => {
  for (let index = 0; index < 300; index += 1) control.set(`guest${index}`);
  const { stdout, stderr } = await execa('sh', ['-c', `node ${stage.main} status | head -n 1`], {
    env: { UMLNFS_BUS: stage.bus.address },
  });
  expect(stdout).toMatch(/^NAME/);
  expect(stderr).toBe('');
});

test('a terminal gets colours unless NO_COLOR says otherwise', async () => {
  const onTerminal = (env: Record<string, string>) =>
    execa('script', ['-qec', `node ${stage.main} status web1`, '/dev/null'], {
      env: { UMLNFS_BUS: stage.bus.address, TERM: 'xterm', NO_COLOR: '', ...env },
    });
  expect((await onTerminal({})).stdout).toContain('\u001b[32mrunning\u001b[0m');
  expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toContain('\u001b[');
});

test('--watch on a terminal draws the table anew', async () => {
  const watching = execa('script', ['-qec', `node ${stage.main} status --watch`, '/dev/null'], {
    env: { UMLNFS_BUS: stage.bus.address, TERM: 'xterm', NO_COLOR: '1' },
    reject: false,
  });
  let shown = '';
  watching.stdout.on('data', (bytes) => {
    shown += bytes;
  });
  // What is on the screen after the last time that it was cleared.
  const screen = () => shown.slice(shown.lastIndexOf('\u001b[H\u001b[2J') + 7);
  await until('the table', () => /^NAME.*\r\nweb1 .*\r\nweb2 .*\r\n$/.test(screen()));
  control.remove('web2');
  await until('the smaller table', () => /^NAME.*\r\nweb1 .*\r\n$/.test(screen()));
  await stage.service.close();
  expect((await watching).exitCode).toBe(5);
});
