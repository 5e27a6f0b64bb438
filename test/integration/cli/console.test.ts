import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliStage, cliStage } from '../../support/cli.ts';
import { until } from '../../support/poll.ts';
import { type PtyGuest, ptyGuest } from '../../support/pty.ts';
import { ScriptedControl } from '../../support/scripted-control.ts';

let control: ScriptedControl;
let stage: CliStage;
let guest: PtyGuest;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  control = new ScriptedControl();
  stage = await cliStage(control);
  guest = await boot();
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await stage.remove();
});

/** The far side of a pts is the test: what it writes is the guest's output. */
async function boot(): Promise<PtyGuest> {
  const booted = await ptyGuest();
  ends.push(() => booted.end());
  control.set('web1', {
    state: 'running',
    console: booted.path,
    pid: booted.pid,
    uid: process.getuid?.() ?? 0,
    startedAt: Date.now() * 1000,
  });
  return booted;
}

async function powerOff(): Promise<void> {
  await guest.end();
  control.set('web1', { state: 'stopped', console: '', pid: 0, lastEndReason: 'power-off' });
}

/** The CLI on a terminal of its own, which `script` makes; `before` and `after` are what the shell around it says. */
function onTerminal() {
  const command = `stty -a | grep -o -- '-\\?icanon'; node ${stage.main} console web1; echo "exit $?"; stty -a | grep -o -- '-\\?icanon'`;
  const running = execa('script', ['-qfec', command, '/dev/null'], {
    env: { UMLNFS_BUS: stage.bus.address, TERM: 'xterm' },
    stdin: 'pipe',
    reject: false,
    buffer: false,
  });
  const terminal = { shown: '', type: (text: string) => running.stdin.write(text), running };
  running.stdout.on('data', (bytes) => {
    terminal.shown += bytes;
  });
  ends.push(async () => {
    running.kill('SIGKILL');
    await running;
  });
  return terminal;
}

test('keys go to the guest and its output to the terminal, until Ctrl-]', async () => {
  const terminal = onTerminal();
  await until('the console', () => terminal.shown.includes('Ctrl-] leaves'));
  guest.say('\u001b[1mlogin:\u001b[0m \u001b]52;c;ZXZpbA==\u0007');
  await until('the prompt', () => terminal.shown.includes('\u001b[1mlogin:\u001b[0m '));
  // Also what a terminal would keep for itself: Ctrl-C, Ctrl-D, Ctrl-S.
  terminal.type('root\u0003\u0004\u0013\r');
  await until('the keys', () => guest.heard() === 'root\u0003\u0004\u0013\r');
  terminal.type('x\u001dnot for the guest');
  await until('the end', () => terminal.shown.includes('exit 0'));
  await terminal.running;
  expect(guest.heard()).toBe('root\u0003\u0004\u0013\rx');
  expect(terminal.shown).not.toContain('ZXZpbA');
  // Line mode before and after.
  expect(terminal.shown.match(/-?icanon/g)).toEqual(['icanon', 'icanon']);
});

test('survives the restart of the guest, and says so', async () => {
  const terminal = onTerminal();
  await until('the console', () => terminal.shown.includes('Ctrl-] leaves'));
  guest.say('first\n');
  await until('the output', () => terminal.shown.includes('first'));
  await powerOff();
  await until('the message', () => terminal.shown.includes('guest web1 let go of its console'));
  guest = await boot();
  await until('the other message', () => terminal.shown.includes('attached to guest web1 again'));
  guest.say('second\n');
  await until('the output', () => terminal.shown.includes('second'));
  terminal.type('hello\r');
  await until('the keys', () => guest.heard() === 'hello\r');
  terminal.type('\u001d');
  await until('the end', () => terminal.shown.includes('exit 0'));
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s restores the terminal', async (signal) => {
  const terminal = onTerminal();
  await until('the console', () => terminal.shown.includes('Ctrl-] leaves'));
  const { stdout } = await execa('pgrep', ['-f', `${stage.main} console web1$`]);
  // The shell around it has these words in its command line, too.
  const pids = stdout.split('\n').map(Number);
  process.kill(Math.max(...pids), signal);
  await until('the end', () => /exit \d+/.test(terminal.shown));
  await terminal.running;
  expect(terminal.shown).toContain(signal === 'SIGTERM' ? 'exit 143' : 'exit 129');
  expect(terminal.shown.match(/-?icanon/g)).toEqual(['icanon', 'icanon']);
});

test('without a terminal: lines in, output out, until it is quiet', async () => {
  guest.answer('id\n', 'uid=0(root)\r\n\u001b[32m# \u001b[0m');
  const { stdout, stderr, code } = await stage.cli(['console', '--idle=0.3', 'web1'], { input: 'id\n' });
  expect({ stdout, stderr, code }).toEqual({ stdout: 'uid=0(root)\n# ', stderr: '', code: 0 });
});

test('without a terminal: a guest that ends is an error', async () => {
  const running = stage.cli(['console', '--idle=30', 'web1'], { input: 'poweroff\n' });
  await until('the line', () => guest.heard() === 'poweroff\n');
  await powerOff();
  const { code, stderr } = await running;
  expect(code).toBe(1);
  expect(stderr).toContain('cannot stay on the console of guest web1: ');
});

test('a console that the last user left is followed by the next one', async () => {
  const { path } = guest;
  await guest.end();
  expect(path).toMatch(/^\/dev\/pts/);
  const running = stage.cli(['console', '--idle=0.3', 'web1'], { input: 'id\n' });
  // The daemon finds out a moment later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  control.set('web1', { console: '' });
  guest = await boot();
  guest.answer('id\n', 'uid=0(root)\r\n');
  const { stdout, stderr, code } = await running;
  expect({ stdout, stderr, code }).toEqual({ stdout: 'uid=0(root)\n', stderr: '', code: 0 });
});

test('the user is told why there is no console', async () => {
  await powerOff();
  const stopped = await stage.cli(['console', 'web1'], { input: '' });
  expect(stopped).toMatchObject({ code: 1, stdout: '' });
  expect(stopped.stderr).toBe(
    'umlnfs: cannot attach to the console of guest web1: it is stopped\numlnfs: hint: umlnfs start web1\n',
  );
  expect((await stage.cli(['console', 'web9'], { input: '' })).code).toBe(4);
});

test('a guest cannot have other files or terminals opened', async () => {
  const refused = async (console: string, uid = process.getuid?.() ?? 0) => {
    control.set('web1', { console, uid });
    const { code, stderr } = await stage.cli(['console', 'web1'], { input: '' });
    expect(code).toBe(1);
    return stderr;
  };
  expect(await refused('/dev/pts/../null')).toContain('what the guest names is no pts');
  expect(await refused('/etc/passwd')).toContain('what the guest names is no pts');
  expect(await refused('/dev/pts/ptmx')).toContain('what the guest names is no pts');
  expect(await refused(guest.path, 65_534)).toContain('belongs to another user than its kernel');
});
