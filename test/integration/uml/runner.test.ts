import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mconsole } from '../../../src/adapters/uml/mconsole.ts';
import { findProcesses, livingProcess } from '../../../src/adapters/uml/proc.ts';
import { ChildRunner } from '../../../src/adapters/uml/runner.ts';
import { classifyEnd } from '../../../src/model/end.ts';
import type { ProcessExit } from '../../../src/model/runner.ts';
import { compiledSources } from '../../support/compiled.ts';
import { until } from '../../support/poll.ts';
import { guestFrom, imageWith, makePlace, type Place, type TestGuest, uid } from '../../support/uml-guest.ts';

let place: Place;
let runner: ChildRunner;
let exits: ProcessExit[];

beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.remove());
beforeEach(() => {
  exits = [];
  runner = new ChildRunner(place);
  runner.onExit((exit) => exits.push(exit));
  return () => runner.close();
});

const ask = (guest: TestGuest) =>
  mconsole(guest.mconsole, 'version', { timeoutMs: 2_000, replyDir: place.replies, peerUid: uid });
const answers = (guest: TestGuest) =>
  ask(guest).then(
    ({ ok }) => ok,
    () => false,
  );
const exitOf = (name: string) =>
  until(`the end of ${name}`, () => exits.find(({ guest }) => guest === name), 30_000);

/** Boots a guest that runs `script` to its end, and says why it ended. */
async function endOf(name: string, script: string) {
  const guest = await guestFrom(place, name, await imageWith(place, name, script));
  const { pid } = await runner.start(guest.request);
  const exit = await exitOf(name);
  expect(exit.pid).toBe(pid);
  exits = [];
  return {
    exit,
    end: classifyEnd({ ...exit, consoleTail: await runner.consoleTail(name), panicked: false }),
  };
}

test.each([
  ['power-off', 'poweroff -f', { code: 0 }],
  ['reboot', 'echo b > /proc/sysrq-trigger; sleep 9', { code: 0 }],
  ['reboot', 'echo 133 > /proc/exitcode; poweroff -f', { code: 133 }],
  ['crash', 'echo 7 > /proc/exitcode; poweroff -f', { code: 7 }],
  ['panic', 'exit 3', { signal: 'SIGABRT' }],
])('a guest ends by %s: %s', async (reason, script, how) => {
  const { exit, end } = await endOf(`ends-${reason}`, script);
  expect(exit).toMatchObject(how);
  expect(end.reason).toBe(reason);
});

test('a guest has no rights, a session of its own, and ends whole', async () => {
  const guest = await guestFrom(place, 'whole', await imageWith(place, 'whole', 'sleep 600 & sleep 600'));
  const { pid, argv } = await runner.start(guest.request);
  await until('an answer', () => answers(guest));
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toBe(`${argv.join('\0')}\0`);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  expect(status).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^CapBnd:\t0+$/m);
  expect(status).toMatch(/^Groups:\t\s*$/m);
  expect(
    (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0]),
  ).toEqual(expect.arrayContaining(['HOME', 'PATH']));
  const group = () => findProcesses((process) => process.group === pid);
  expect((await group()).length).toBeGreaterThan(1);
  // Only the main process, as the host's out-of-memory killer would.
  process.kill(pid, 'SIGKILL');
  await exitOf('whole');
  expect(await group()).toEqual([]);
});

test('SIGTERM ends a guest at once', async () => {
  const guest = await guestFrom(place, 'term', await imageWith(place, 'term', 'sleep 600'));
  const { pid } = await runner.start(guest.request);
  await until('an answer', () => answers(guest));
  await runner.signal('term', 'SIGTERM');
  await exitOf('term');
  expect(await livingProcess(pid)).toBeUndefined();
  await runner.signal('term', 'SIGKILL');
});

test('what the last kernel left does not change the name of the next', async () => {
  const guest = await guestFrom(place, 'stale', await imageWith(place, 'stale', 'sleep 600'));
  const uml = join(place.guests, 'stale/uml');
  const witness = join(place.logs, 'witness');
  await mkdir(join(uml, 'stale'), { recursive: true });
  await writeFile(witness, 'precious');
  // A process that lives, and a way out for a root that follows links.
  await writeFile(join(uml, 'stale/pid'), `${process.pid}\n`);
  await symlink(place.logs, join(uml, 'stale/way-out'));
  await execa('chown', ['-hR', `${uid}:${uid}`, uml]);
  await runner.start(guest.request);
  await until('an answer at the expected place', () => answers(guest));
  expect(await readdir(uml)).toEqual(['stale']);
  expect(await readFile(witness, 'utf8')).toBe('precious');
  expect((await lstat(uml)).mode & 0o777).toBe(0o700);
  await runner.signal('stale', 'SIGKILL');
  await exitOf('stale');
});

test('each boot has its own log, and its guest cannot fill the disk', async () => {
  await endOf('log', 'echo first boot; poweroff -f');
  await endOf('log', 'echo second boot; poweroff -f');
  const log = runner.consoleLog('log');
  expect(await readFile(log, 'utf8')).toMatch(/second boot/);
  expect(await readFile(`${log}.1`, 'utf8')).toMatch(/first boot/);
  const guest = await guestFrom(place, 'limited', await imageWith(place, 'limited', 'sleep 600'));
  const { pid } = await runner.start(guest.request);
  await until('an answer', () => answers(guest));
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
  const size = Number(/^Max file size\s+(\d+)/m.exec(limits)?.[1]);
  expect(size).toBeLessThan(2 * 1024 ** 3);
  expect(size).toBeGreaterThan(guest.request.memoryBytes);
  expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^SigIgn:\t\w*1\w{6}$/m);
  await runner.signal('limited', 'SIGKILL');
  await exitOf('limited');
});

test('a guest that floods its console has a short log, with its beginning and its end', async () => {
  const script = 'x=0123456789012345678901234567890123456789; echo begins; while :; do echo $x$x$x$x$x; done';
  const guest = await guestFrom(place, 'floods', await imageWith(place, 'floods', script));
  await runner.start(guest.request);
  const log = runner.consoleLog('floods');
  const cut = /--- \d+ bytes of the console are left out here ---/;
  await until('a cut', async () => cut.test(await readFile(log, 'utf8').catch(() => '')), 30_000);
  expect((await ask(guest)).ok).toBe(true);
  await runner.signal('floods', 'SIGKILL');
  await exitOf('floods');
  const text = await readFile(log, 'utf8');
  expect(text).toMatch(/begins/);
  expect(text.length).toBeLessThan(32 * 1024 * 1024);
});

test('what cannot be started is refused in words', async () => {
  const guest = await guestFrom(place, 'refused', '/nowhere');
  await expect(runner.start({ ...guest.request, uid: 0 })).rejects.toThrow(/never runs as root/);
  await expect(runner.start({ ...guest.request, memoryBytes: 2 ** 50 })).rejects.toThrow(/its memory of/);
});

test('a binary that cannot be executed ends with the reason on its log', async () => {
  const { request } = await guestFrom(place, 'no-binary', '/nowhere');
  await runner.start({ ...request, argv: ['/no/such/kernel', ...request.argv.slice(1)] });
  const exit = await exitOf('no-binary');
  const end = classifyEnd({ ...exit, consoleTail: await runner.consoleTail('no-binary'), panicked: false });
  expect(end).toEqual({ reason: 'crash', detail: expect.stringMatching(/\/no\/such\/kernel.*No such file/) });
});

test('guests outlive a runner that is killed, and the next one adopts them', async () => {
  const guest = await guestFrom(place, 'kept', await imageWith(place, 'kept', 'sleep 600'));
  const compiled = join(await compiledSources(), 'adapters/uml/runner.js');
  const program = `import { ChildRunner } from ${JSON.stringify(compiled)};
    const { pid } = await new ChildRunner(${JSON.stringify(place)}).start(${JSON.stringify(guest.request)});
    console.log(pid); setInterval(() => {}, 1000);`;
  const daemon = execa('node', ['--input-type=module', '--eval', program], { reject: false });
  const pid = await new Promise<number>((resolve) =>
    daemon.stdout.once('data', (data) => resolve(Number(data))),
  );
  await until('an answer', () => answers(guest));
  daemon.kill('SIGKILL');
  await daemon;
  expect((await ask(guest)).ok).toBe(true);

  const adopted = await runner.adopt();
  const seen = adopted.get('kept');
  expect(seen).toMatchObject({ pid, uid, argv: guest.request.argv, adopted: true });
  expect(performance.now() - (seen?.startedAt ?? 0)).toBeGreaterThan(100);
  expect(performance.now() - (seen?.startedAt ?? 0)).toBeLessThan(60_000);
  expect([...adopted.keys()]).toEqual(['kept']);
  await expect(runner.start(guest.request)).rejects.toThrow(/runs already/);

  await runner.signal('kept', 'SIGKILL');
  expect(await exitOf('kept')).toEqual({ guest: 'kept', pid, code: undefined, signal: undefined });
  expect(await findProcesses((process) => process.group === pid)).toEqual([]);
});

test('a process that only looks like a guest is not adopted', async () => {
  const guest = await guestFrom(place, 'looks', '/nowhere');
  await mkdir(join(place.guests, 'looks/uml'), { recursive: true });
  await execa('chown', [String(uid), join(place.guests, 'looks/uml')]);
  const words = guest.request.argv.slice(1);
  const other = execa(
    'setsid',
    ['setpriv', '--reuid', String(uid + 1), '--clear-groups', 'sh', '-c', 'sleep 600; :', ...words],
    { reject: false },
  );
  const own = execa('setsid', ['sh', '-c', 'sleep 600; :', ...words], { reject: false });
  try {
    await until('both', async () =>
      (await findProcesses(({ pid, session }) => pid === session)).some(({ pid }) => pid === own.pid),
    );
    expect([...(await runner.adopt()).keys()]).toEqual([]);
  } finally {
    for (const { pid } of [other, own]) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    await Promise.all([other, own]);
  }
});
