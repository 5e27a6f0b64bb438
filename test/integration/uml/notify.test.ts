import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type NotifyEvent, NotifyHub } from '../../../src/adapters/uml/notify.ts';
import { commandOf, findProcesses, livingProcess } from '../../../src/adapters/uml/proc.ts';
import { ChildRunner } from '../../../src/adapters/uml/runner.ts';
import { compiledSources } from '../../support/compiled.ts';
import { until } from '../../support/poll.ts';
import { guestFrom, imageWith, makePlace, type Place, type TestGuest, uid } from '../../support/uml-guest.ts';

let place: Place;
let runner: ChildRunner;
let reader: string;
let hub: NotifyHub;
let heard: NotifyEvent[];
const lost: number[] = [];

beforeAll(async () => {
  place = await makePlace();
  runner = new ChildRunner(place);
  reader = join(await compiledSources(), 'adapters/uml/notify-reader.js');
});
afterAll(async () => {
  await runner.close();
  await place.remove();
});
beforeEach(() => {
  hub = new NotifyHub(reader);
  heard = [];
  hub.on('message', (event) => heard.push(event));
  hub.on('dropped', ({ count }) => lost.push(count));
});
afterEach(() => hub.shutdown());

/** Boots a guest that runs `script`, and waits for `what`; then its process ends. */
async function withGuest(
  name: string,
  script: string,
  what: (guest: TestGuest) => Promise<void>,
): Promise<string> {
  const guest = await guestFrom(place, name, await imageWith(place, name, script));
  await hub.open(name, guest.notify, uid, guest.mconsole);
  const ended = new Promise((resolve) => runner.onExit(resolve));
  await runner.start(guest.request);
  try {
    await what(guest);
  } finally {
    await runner.signal(name, 'SIGKILL');
    await ended;
  }
  return await readFile(runner.consoleLog(name), 'utf8');
}

const texts = () => heard.filter(({ type }) => type === 'user').map(({ text }) => text.trim());

test('a guest tells where its mconsole is, and what is written to /proc/mconsole', async () => {
  await withGuest(
    'tells',
    'echo STATUS=booting > /proc/mconsole; echo READY=1 > /proc/mconsole; sleep 60',
    async (guest) => {
      await until('READY=1', () => texts().includes('READY=1'));
      expect(heard[0]).toEqual({ guest: 'tells', type: 'socket', text: guest.mconsole });
      expect(texts()).toEqual(['STATUS=booting', 'READY=1']);
      const { mode, uid: owner } = await stat(guest.notify);
      expect([mode & 0o777, owner]).toEqual([0o600, uid]);
      await hub.close('tells');
      await expect(stat(guest.notify)).rejects.toThrow(/ENOENT/);
    },
  );
});

test('a panic is told before the process ends', async () => {
  await withGuest('panics', 'exit 1', async () => {
    await until('the panic', () => heard.some(({ type }) => type === 'panic'));
    expect(heard.find(({ type }) => type === 'panic')?.text).toMatch(/Attempted to kill init/);
  });
});

test('a daemon that is busy for seconds does not hold up a guest that writes', async () => {
  const script = `echo go > /proc/mconsole
i=0; while [ $i -lt 200 ]; do echo "STATUS=$i" > /proc/mconsole; i=$((i + 1)); done
read -r now rest < /proc/uptime; echo "wrote all at $now"; sleep 60`;
  await withGuest('writes', script, async () => {
    await until('the first word', () => texts().includes('go'));
    const log = runner.consoleLog('writes');
    // Nothing of this process's event loop runs in here; ten unread messages would stop the guest.
    const blockedAt = performance.now();
    let done = false;
    while (!done && performance.now() - blockedAt < 10_000)
      done = readFileSync(log, 'utf8').includes('wrote all at');
    expect(done).toBe(true);
    await until('the last message', () => texts().includes('STATUS=199'));
  });
});

test('READY=1 gets through a flood, of which only a part is forwarded', async () => {
  lost.length = 0;
  const script = `i=0; while [ $i -lt 3000 ]; do echo "STATUS=$i" > /proc/mconsole; i=$((i + 1)); done
echo READY=1 > /proc/mconsole; i=0; while [ $i -lt 500 ]; do echo x > /proc/mconsole; i=$((i + 1)); done; sleep 60`;
  await withGuest('floods', script, async () => {
    await until('READY=1', () => texts().includes('READY=1'), 30_000);
    await until('a count of what was dropped', () => lost.length > 0);
  });
});

test('another mconsole path than the expected one is mistrusted', async () => {
  const mistrusted: string[] = [];
  hub.on('mistrusted', ({ text }) => mistrusted.push(text));
  const guest = await guestFrom(place, 'lies', await imageWith(place, 'lies', 'sleep 60'));
  await hub.open('lies', guest.notify, uid, '/somewhere/else');
  const ended = new Promise((resolve) => runner.onExit(resolve));
  await runner.start(guest.request);
  await until('the path', () => mistrusted.length > 0);
  expect(mistrusted).toEqual([guest.mconsole]);
  expect(heard).toEqual([]);
  await runner.signal('lies', 'SIGKILL');
  await ended;
});

test('a reader that ended is started again and listens where it did', async () => {
  const script = 'while :; do echo STATUS=alive > /proc/mconsole; sleep 0.1; done';
  await withGuest('goes-on', script, async () => {
    await until('a message', () => texts().length > 0);
    const restarted = new Promise((resolve) => hub.once('restarted', resolve));
    process.kill(await readerPid(), 'SIGKILL');
    await restarted;
    heard.length = 0;
    await until('a message after the restart', () => texts().length > 0);
  });
});

test('the reader ends with a daemon that is killed, and leaves its place to the next', async () => {
  await hub.shutdown();
  const socket = join(place.logs, 'notify');
  const program = `import { NotifyHub } from ${JSON.stringify(join(await compiledSources(), 'adapters/uml/notify.js'))};
    await new NotifyHub().open('x', ${JSON.stringify(socket)}, ${uid}, '/x');
    console.log('open');`;
  const daemon = execa('node', ['--input-type=module', '--eval', program], { reject: false });
  await new Promise((resolve) => daemon.stdout.once('data', resolve));
  const pid = await readerPid();
  daemon.kill('SIGKILL');
  await daemon;
  await until('the end of the reader', async () => (await livingProcess(pid)) === undefined);
  hub = new NotifyHub(reader);
  await hub.open('x', socket, uid, '/x');
});

test('a place where no socket can be is an error in words', async () => {
  await expect(hub.open('nowhere', join(place.guests, 'no/such/dir'), uid, '/x')).rejects.toThrow(
    /^cannot listen for guest nowhere at .*: /,
  );
  await expect(hub.open('long', `/${'x'.repeat(120)}`, uid, '/x')).rejects.toThrow(/too long/);
});

async function readerPid(): Promise<number> {
  for (const { pid } of await findProcesses(({ pid, session }) => pid === session)) {
    if ((await commandOf(pid))?.argv.includes(reader) === true) return pid;
  }
  throw new Error('there is no reader');
}
