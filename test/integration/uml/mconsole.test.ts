import { readdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import dgram, { type Socket } from 'unix-dgram';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { consolePty, type MconsoleOptions, mconsole } from '../../../src/adapters/uml/mconsole.ts';
import { ChildRunner } from '../../../src/adapters/uml/runner.ts';
import { until } from '../../support/poll.ts';
import { guestFrom, imageWith, makePlace, type Place, type TestGuest, uid } from '../../support/uml-guest.ts';

let place: Place;
let runner: ChildRunner;
let guest: TestGuest;
let options: MconsoleOptions;
let pid: number;
const fakes: Socket[] = [];

beforeAll(async () => {
  place = await makePlace();
  options = { timeoutMs: 5_000, replyDir: place.replies, peerUid: uid };
  runner = new ChildRunner(place);
  const image = await imageWith(
    place,
    'asked',
    'mount -t devtmpfs d /dev\nsh < /dev/tty1 > /dev/tty1 2>&1 &\nsleep 600',
  );
  guest = await guestFrom(place, 'asked', image);
  ({ pid } = await runner.start(guest.request));
  await until(
    'an answer',
    () =>
      mconsole(guest.mconsole, 'version', options).then(
        () => true,
        () => false,
      ),
    20_000,
  );
});
afterEach(() => {
  for (const fake of fakes.splice(0)) fake.close();
});
afterAll(async () => {
  const ended = new Promise((resolve) => runner.onExit(resolve));
  await runner.signal('asked', 'SIGKILL');
  await ended;
  await runner.close();
  await place.remove();
});

/** Something in the guest's place that answers a request with these datagrams. */
async function answering(...answers: readonly Buffer[]): Promise<string> {
  const path = join(place.logs, 'fake');
  await rm(path, { force: true });
  const socket = dgram.createSocket('unix_dgram', () => {
    for (const answer of answers) {
      for (const name of readdirSync(place.replies))
        socket.send(answer, 0, answer.length, join(place.replies, name), () => {});
    }
  });
  fakes.push(socket);
  socket.bind(path);
  return path;
}
function reply(text: string, { err = 0, more = 0 } = {}): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(err, 0);
  header.writeUInt32LE(more, 4);
  header.writeUInt32LE(text.length, 8);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('a guest of another user answers, and nothing is left of the question', async () => {
  const answer = await mconsole(guest.mconsole, 'version', options);
  expect(answer).toEqual({ ok: true, text: expect.stringMatching(/^Linux \S+ \d+\.\d+/) });
  expect(await readdir(place.replies)).toEqual([]);
});

test('an answer of several datagrams is put together', async () => {
  const { ok, text } = await mconsole(guest.mconsole, 'proc cpuinfo', options);
  expect(ok).toBe(true);
  expect(text).toMatch(/User Mode Linux/);
  const mounts = await mconsole(guest.mconsole, 'proc 1/mounts', options);
  expect(mounts.text).toMatch(/^rootfs \/ rootfs/m);
});

test('a refusal is an answer that is not ok', async () => {
  expect(await mconsole(guest.mconsole, 'proc no/such', options)).toEqual({
    ok: false,
    text: expect.stringMatching(/open/),
  });
});

test('questions side by side do not mix', async () => {
  const asked = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? ('version' as const) : ('proc 1/mounts' as const),
  );
  const answers = await Promise.all(asked.map((command) => mconsole(guest.mconsole, command, options)));
  answers.forEach(({ text }, index) => {
    expect(text).toMatch(index % 2 === 0 ? /^Linux/ : /^rootfs/m);
  });
});

test('the console is the pts that belongs to the guest', async () => {
  const pts = await until('the console', () => consolePty(guest.mconsole, options));
  expect(pts).toMatch(/^\/dev\/pts\/\d+$/);
  expect(await consolePty(guest.mconsole, { ...options, peerUid: uid }).catch(() => undefined)).toBe(pts);
});

test('a guest that stands still is given up after the time', async () => {
  process.kill(pid, 'SIGSTOP');
  try {
    const asked = performance.now();
    await expect(mconsole(guest.mconsole, 'version', { ...options, timeoutMs: 300 })).rejects.toThrow(
      /no answer within 300 ms/,
    );
    expect(performance.now() - asked).toBeLessThan(10_000);
    // Until its queue is full, and beyond.
    const many = Array.from({ length: 30 }, () =>
      mconsole(guest.mconsole, 'version', { ...options, timeoutMs: 300 }),
    );
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await readdir(place.replies)).toEqual([]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('it answers again', () =>
    mconsole(guest.mconsole, 'version', options).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});

test('a guest that is not there is told apart', async () => {
  await expect(mconsole(join(place.guests, 'none'), 'version', options)).rejects.toThrow(/no such socket/);
});

test('a socket that nobody reads any more is told apart', async () => {
  const path = await answering();
  fakes.pop()?.close();
  await expect(mconsole(path, 'version', options)).rejects.toThrow(/nobody listens/);
});

test('an endless answer ends at 64 KiB', async () => {
  const path = await answering(...Array.from({ length: 9 }, () => reply('x'.repeat(512), { more: 1 })));
  const flood = setInterval(() => {
    const [fake] = fakes;
    for (const name of readdirSync(place.replies)) {
      for (let index = 0; index < 9; index += 1) {
        fake?.send(reply('x'.repeat(512), { more: 1 }), 0, 524, join(place.replies, name), () => {});
      }
    }
  }, 1);
  try {
    await expect(mconsole(path, 'version', options)).rejects.toThrow(/longer than 65536 bytes/);
  } finally {
    clearInterval(flood);
  }
});

test('an answer that is none is an error', async () => {
  const path = await answering(Buffer.from('nonsense'));
  await expect(mconsole(path, 'version', options)).rejects.toThrow(/makes no sense/);
});

test('an answer that names a file is no console', async () => {
  const path = await answering(reply('pts:/etc/passwd'));
  expect(await consolePty(path, options)).toBeUndefined();
});
