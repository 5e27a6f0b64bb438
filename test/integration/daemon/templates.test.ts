/** A template with real guests: the whole life of a small class. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;
const seats = ['01', '02', '03', '04'];
const guests = seats.map((seat) => `lab:${seat}`);

function template(instances: string, more = ''): string {
  return `[Template]\nInstances=${instances}\nFirstAddress=192.168.2.101\n[Guest]\nMemory=64M\nAutostart=no\nDescription=Seat %i of %p\n${more}`;
}

beforeAll(async () => {
  daemon = await TestDaemon.make('[Limits]\nParallelStarts=2');
  for (const seat of seats) await makeTinyRoot(daemon.root(`lab-${seat}`));
  await daemon.define('lab@', template('01-04'));
  await daemon.start();
});

afterAll(() => daemon.dispose());

const stateOf = async (name: string) => (await daemon.status(name)).state;
const pids = async () => Promise.all(guests.map(async (name) => (await daemon.status(name)).pid));

test('one command starts the class, so many at a time', async () => {
  const { exitCode, stderr } = await daemon.cli('start', 'lab@');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { stdout } = await daemon.cli('status', 'lab:*');
  for (const name of guests) expect(stdout).toMatch(new RegExp(`^${name} +running`, 'm'));
  let booting = 0;
  let most = 0;
  for (const { step, msg } of daemon.log) {
    if (step === 'guest.start') booting += 1;
    if (/ is ready$/.test(msg)) booting -= 1;
    most = Math.max(most, booting);
  }
  expect(most).toBeLessThanOrEqual(2);
});

test('each has a name, an address and a root of its own', async () => {
  expect(await daemon.status('lab:03')).toMatchObject({
    address: '192.168.2.103',
    description: 'Seat 03 of lab',
    tap: 'uml-lab-03',
    rootDirectory: daemon.root('lab-03'),
    definition: daemon.definition('lab@'),
  });
  expect(await daemon.inside('lab-03', 'cat /proc/sys/kernel/hostname')).toBe('lab-03\n');
  expect((await daemon.cliGiven('echo seat\n', 'console', 'lab:03')).stdout).toContain('seat');
});

test('an edit restarts what it is about', async () => {
  const before = await pids();
  await daemon.define('lab@', template('01-04', 'StopTimeoutSec=20'));
  await daemon.cli('reload');
  expect(await pids()).toEqual(before);
  await daemon.cli('reload');
  const dropIns = daemon.definition('lab:02').concat('.d');
  await mkdir(dropIns);
  await writeFile(`${dropIns}/memory.conf`, '[Guest]\nMemory=72M\n');
  await until('the restart of one', async () => (await daemon.status('lab:02')).pid !== before[1], 30_000);
  await daemon.until('lab:02', { state: 'running' });
  const after = await pids();
  expect([after[0], after[2], after[3]]).toEqual([before[0], before[2], before[3]]);
});

test('while it has a fault all go on as they were, and the fault is told once', async () => {
  const before = await pids();
  await daemon.define('lab@', template('01-02', 'Colour=green\nMemory=lots'));
  const { stderr, exitCode } = await daemon.cli('reload');
  expect(exitCode).toBe(1);
  expect(stderr.match(/Colour=/g)).toHaveLength(1);
  expect(stderr.match(/Memory=lots/g)).toHaveLength(1);
  expect(await pids()).toEqual(before);
  expect((await daemon.status('lab:04')).problem).toContain('Colour=');
});

test('a daemon that begins with a template at fault leaves what runs alone', async () => {
  const before = await pids();
  await daemon.kill('SIGKILL');
  await daemon.start();
  await daemon.cli('reload');
  expect(await pids()).toEqual(before);
});

test('one that is taken out is stopped and forgotten, and its root stays', async () => {
  const before = await pids();
  await daemon.define('lab@', template('01-02 04'));
  await until(
    'the guest to be gone',
    async () => !(await daemon.cli('status')).stdout.includes('lab:03'),
    30_000,
  );
  const after = await Promise.all(
    [guests[0], guests[3]].map(async (name) => (await daemon.status(name ?? '')).pid),
  );
  expect(after).toEqual([before[0], before[3]]);
  expect((await stat(daemon.root('lab-03'))).isDirectory()).toBe(true);
});

test('an address that somebody else has holds up one, which is told by name', async () => {
  await daemon.addGuest('web1', '192.168.2.103');
  await daemon.until('web1', { state: 'running' });
  await daemon.define('lab@', template('01-04'));
  const { stderr } = await daemon.cli('reload');
  expect(stderr).toMatch(
    /lab@\.conf:3: error: cannot use Address=192\.168\.2\.103: guest web1 has it .*\(lab:03\)/,
  );
  for (const name of ['lab:01', 'lab:02', 'lab:04']) expect(await stateOf(name)).toBe('running');
});

test('a pattern stops what it matches', async () => {
  expect((await daemon.cli('stop', 'lab:0[12]')).exitCode).toBe(0);
  expect(await stateOf('lab:01')).toBe('stopped');
  expect(await stateOf('lab:04')).toBe('running');
  const { stderr, exitCode } = await daemon.cli('stop', 'room@');
  expect({ stderr, exitCode }).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('no guest matches'),
  });
});

test('without the file there is no class', async () => {
  await rm(daemon.definition('lab@'));
  await rm(`${daemon.definition('lab:02')}.d`, { recursive: true });
  await until('all to be gone', async () => !(await daemon.cli('status')).stdout.includes('lab:'), 30_000);
});

test('without FirstAddress= each gets an address of the network, and keeps it while the class grows', async () => {
  const room = (instances: string) =>
    `[Template]\nInstances=${instances}\n[Guest]\nMemory=64M\nAutostart=no\n`;
  const addresses = async (names: readonly string[]) =>
    await Promise.all(names.map(async (name) => (await daemon.status(name)).address));
  await makeTinyRoot(daemon.root('room-a'));
  await daemon.define('room@', room('a b'));
  await daemon.cli('reload');
  const [first, second] = await addresses(['room:a', 'room:b']);
  for (const address of [first, second]) expect(address).toMatch(/^192\.168\.2\.\d+$/);
  expect(second).not.toBe(first);
  expect((await daemon.cli('start', 'room:a')).exitCode).toBe(0);
  expect(await daemon.inside('room-a', '/bin/busybox ip -4 address show')).toContain(`inet ${first}/24`);
  await daemon.define('room@', room('0 a b c'));
  await daemon.cli('reload');
  const all = await addresses(['room:0', 'room:a', 'room:b', 'room:c']);
  expect(all.slice(1, 3)).toEqual([first, second]);
  expect(new Set(all).size).toBe(4);
  expect(await stateOf('room:a')).toBe('running');
});
