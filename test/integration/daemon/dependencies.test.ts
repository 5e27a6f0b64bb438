/** Guests that say something of each other, with real kernels. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('files', '192.168.2.2');
  await daemon.addGuest('web1', '192.168.2.3', 'After=files\nRequires=files');
  await daemon.start();
});

afterAll(() => daemon.dispose());

/** What became of the guests, in order. */
function events(): string[] {
  return daemon.log.flatMap(({ guest, step, msg }) => {
    if (step === 'guest.start' || step === 'guest.stop') return [`${step} ${guest}`];
    return / is ready$| ended: /.test(msg) && guest !== undefined ? [msg.replace(/^guest /, '')] : [];
  });
}

test('one that starts after another is started when that one is ready', async () => {
  await daemon.until('web1', { state: 'running' });
  expect(events()).toEqual(['guest.start files', 'files is ready', 'guest.start web1', 'web1 is ready']);
});

test('one that requires another runs on when that one crashes and is started again', async () => {
  const { pid } = await daemon.status('web1');
  const before = await daemon.status('files');
  process.kill(before.pid, 'SIGKILL');
  await daemon.until('files', { state: 'running', restarts: 1 });
  expect((await daemon.status('web1')).pid).toBe(pid);
});

test('it stops before the other one stops, and comes back after it', async () => {
  const before = events().length;
  expect((await daemon.cli('stop', 'files')).exitCode).toBe(0);
  expect(events().slice(before)).toEqual([
    'guest.stop web1',
    'web1 ended: stopped',
    'guest.stop files',
    'files ended: stopped',
  ]);
  const { detail, state } = await daemon.until('web1', { state: 'starting' });
  expect({ detail, state }).toMatchObject({ detail: expect.stringContaining('umlnfs start files') });
  expect((await daemon.cli('start', 'web1')).exitCode).toBe(0);
  expect((await daemon.status('files')).state).toBe('running');
  expect(events().slice(before + 4)).toEqual([
    'guest.start files',
    'files is ready',
    'guest.start web1',
    'web1 is ready',
  ]);
});

test('a circle is refused with its files and lines, and what runs goes on', async () => {
  const { pid } = await daemon.status('files');
  await daemon.define('files', '[Guest]\nAddress=192.168.2.2\nMemory=64M\nAfter=web1');
  const { stderr, exitCode } = await daemon.cli('reload');
  expect({ stderr, exitCode }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/files\.conf:4.*circle.*web1\.conf:4/s),
  });
  expect((await daemon.status('files')).pid).toBe(pid);
  expect((await daemon.status('web1')).state).toBe('running');
});

test('when the daemon ends, they stop in the same order', async () => {
  const before = events().length;
  await daemon.kill('SIGTERM');
  expect(events().slice(before)).toEqual([
    'guest.stop web1',
    'web1 ended: stopped',
    'guest.stop files',
    'files ended: stopped',
  ]);
});
