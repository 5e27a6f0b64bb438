import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Service, serve } from '../../../../src/adapters/dbus/service/serve.ts';
import { startTestBus, type TestBus } from '../../../support/dbus-daemon.ts';
import { guestStatus, ScriptedControl } from '../../../support/scripted-control.ts';

let bus: TestBus;
let control: ScriptedControl;
let service: Service;
const defects: unknown[] = [];
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => defects.push(fields),
};

beforeEach(async () => {
  bus = await startTestBus();
  control = new ScriptedControl(guestStatus('web1', { health: 'failing' }), guestStatus('7.b_c'));
  defects.length = 0;
  service = await serve(control, { address: bus.address, version: '1.2.3', log });
});

afterEach(async () => {
  await service.close();
  await bus.remove();
});

async function busctl(...args: string[]) {
  const { stdout, stderr, exitCode } = await execa('busctl', [`--address=${bus.address}`, ...args], {
    reject: false,
  });
  return { stdout, stderr, exitCode };
}
const call = (path: string, ...rest: string[]) => busctl('call', 'org.umlnfs1', path, ...rest);
const manager = (...rest: string[]) => call('/org/umlnfs1', 'org.umlnfs1.Manager', ...rest);

test('the tree has the manager and an escaped object for every guest', async () => {
  const { stdout } = await busctl('tree', '--list', 'org.umlnfs1');
  expect(stdout.split('\n')).toEqual([
    '/',
    '/org',
    '/org/umlnfs1',
    '/org/umlnfs1/guest',
    '/org/umlnfs1/guest/_37_2eb_5fc',
    '/org/umlnfs1/guest/web1',
  ]);
});

test('a guest has typed properties, methods and signals', async () => {
  const { stdout } = await busctl(
    'introspect',
    'org.umlnfs1',
    '/org/umlnfs1/guest/web1',
    'org.umlnfs1.Guest',
  );
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  expect(rows).toContainEqual(['.Start', 'method', '-', '-', '-']);
  expect(rows).toContainEqual(['.StateChanged', 'signal', 'sss', '-', '-']);
  expect(rows).toContainEqual(['.PID', 'property', 'u', '4711', 'emits-change']);
  expect(rows).toContainEqual(['.StartedAt', 'property', 't', '1700000000000000', 'emits-change']);
  expect(rows).toContainEqual(['.ReadySeconds', 'property', 'd', '4.25', 'emits-change']);
  expect(rows).toContainEqual(['.Health', 'property', 's', '"failing"', 'emits-change']);
});

test('the manager counts, lists and finds guests', async () => {
  control.problemLines = ['/etc/umlnfs.d/x.conf:3: error: no'];
  const get = (name: string) =>
    busctl('get-property', 'org.umlnfs1', '/org/umlnfs1', 'org.umlnfs1.Manager', name);
  expect((await get('Version')).stdout).toBe('s "1.2.3"');
  expect((await get('Guests')).stdout).toBe('u 2');
  expect((await get('States')).stdout).toBe('a{su} 1 "running" 2');
  expect((await get('Problems')).stdout).toBe('as 1 "/etc/umlnfs.d/x.conf:3: error: no"');
  expect((await manager('ListGuests')).stdout).toBe(
    'a(sso) 2 "7.b_c" "running" "/org/umlnfs1/guest/_37_2eb_5fc" "web1" "running" "/org/umlnfs1/guest/web1"',
  );
  expect((await manager('GetGuest', 's', '7.b_c')).stdout).toBe('o "/org/umlnfs1/guest/_37_2eb_5fc"');
});

test('wishes reach the daemon from manager and guest', async () => {
  await manager('Start', 's', 'web1');
  await manager('Stop', 's', '7.b_c');
  await call('/org/umlnfs1/guest/_37_2eb_5fc', 'org.umlnfs1.Guest', 'Restart');
  await call('/org/umlnfs1/guest/web1', 'org.umlnfs1.Guest', 'Reset');
  await manager('Reload');
  expect(control.wishes).toEqual(['start web1', 'stop 7.b_c', 'restart 7.b_c', 'reset web1', 'reload']);
});

test('the plan comes as kind, guest, what and why', async () => {
  control.planLines = [{ kind: 'tap.ensure', guest: 'web1', what: 'make tap', why: 'it is missing' }];
  expect((await manager('Plan')).stdout).toBe('a(ssss) 1 "tap.ensure" "web1" "make tap" "it is missing"');
});

test('errors have names, and a defect does not look like one of ours', async () => {
  const gdbus = async (...args: string[]) => {
    const { stderr } = await execa(
      'gdbus',
      [
        'call',
        '--address',
        bus.address,
        '--dest',
        'org.umlnfs1',
        '--object-path',
        '/org/umlnfs1',
        '--method',
        ...args,
      ],
      { reject: false },
    );
    return stderr;
  };
  expect(await gdbus('org.umlnfs1.Manager.Start', 'nobody')).toContain('org.umlnfs1.Error.NoSuchGuest');
  control.set('refused');
  control.set('defect');
  const refused = await gdbus('org.umlnfs1.Manager.Start', 'refused');
  expect(refused).toContain('org.umlnfs1.Error.Failed: cannot start guest refused: it may not\nleave it');
  expect(defects).toHaveLength(0);
  await gdbus('org.umlnfs1.Manager.Start', 'defect');
  expect(defects).toHaveLength(1);
  expect(await gdbus('org.umlnfs1.Manager.Nothing')).toContain('UnknownMethod');
  expect((await manager('Start', 'u', '3')).stderr).toContain('takes (s), not (u)');
  const none = await call('/org/umlnfs1/guest/nobody', 'org.umlnfs1.Guest', 'Start');
  expect(none.stderr).toContain('no object');
  expect(none.exitCode).toBe(1);
});

test('properties cannot be set, by nobody', async () => {
  const { stderr } = await busctl(
    'set-property',
    'org.umlnfs1',
    '/org/umlnfs1/guest/web1',
    'org.umlnfs1.Guest',
    'PID',
    'u',
    '1',
  );
  expect(stderr).toContain('cannot be set');
  const { stdout } = await busctl(
    'get-property',
    'org.umlnfs1',
    '/org/umlnfs1/guest/web1',
    'org.umlnfs1.Guest',
    'PID',
  );
  expect(stdout).toBe('u 4711');
});

test('text of a guest cannot break the connection', async () => {
  control.set('web1', {
    lastEndDetail: `a\0b\u0007\uD800${'x'.repeat(100_000)}`,
    readySeconds: Number.NaN,
    pid: -1,
  });
  const { stdout, exitCode } = await busctl(
    'get-property',
    'org.umlnfs1',
    '/org/umlnfs1/guest/web1',
    'org.umlnfs1.Guest',
    'LastEndDetail',
  );
  expect(exitCode).toBe(0);
  // busctl shows U+FFFD in octal.
  expect(stdout.slice(0, 40)).toContain(String.raw`s "a\357\277\275b\a\357\277\275xx`);
  expect(stdout.length).toBeLessThan(20_000);
});

test('everybody reads, root alone acts', async () => {
  // The bus's directory is made private to its owner by mkdtemp.
  await execa('chmod', ['755', bus.directory]);
  const asNobody = (...args: string[]) =>
    execa(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', 'busctl', `--address=${bus.address}`, ...args],
      {
        reject: false,
      },
    );
  const at = ['call', 'org.umlnfs1', '/org/umlnfs1', 'org.umlnfs1.Manager'];
  expect((await asNobody(...at, 'ListGuests')).exitCode).toBe(0);
  for (const wish of ['Start', 'Stop', 'Restart', 'Reset']) {
    const denied = await asNobody(...at, wish, 's', 'web1');
    expect(denied.stderr).toContain('Access denied');
  }
  expect((await asNobody(...at, 'Reload')).stderr).toContain('Access denied');
  const onGuest = await asNobody(
    'call',
    'org.umlnfs1',
    '/org/umlnfs1/guest/web1',
    'org.umlnfs1.Guest',
    'Stop',
  );
  expect(onGuest.exitCode).toBe(1);
  expect(control.wishes).toEqual([]);
});

test('a second daemon on the bus is told so', async () => {
  await expect(serve(control, { address: bus.address })).rejects.toThrow('another daemon has it');
  await expect(serve(control, { address: 'unix:path=/nonexistent/bus' })).rejects.toThrow(
    /cannot connect to the bus/,
  );
});
