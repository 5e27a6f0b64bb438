import { once } from 'node:events';
import { Message, sessionBus } from 'dbus-next';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Client, connectClient, type WatchEvent } from '../../../../src/adapters/dbus/client.ts';
import { AccessDenied, DaemonUnreachable, NoSuchGuest } from '../../../../src/adapters/dbus/client-errors.ts';
import { type Service, serve } from '../../../../src/adapters/dbus/service/serve.ts';
import { startTestBus, type TestBus } from '../../../support/dbus-daemon.ts';
import { guestStatus, ScriptedControl } from '../../../support/scripted-control.ts';

let bus: TestBus;
let control: ScriptedControl;
let service: Service;
let client: Client;

beforeEach(async () => {
  bus = await startTestBus();
  control = new ScriptedControl(guestStatus('web2'), guestStatus('web1'));
  service = await serve(control, { address: bus.address, version: '1.2.3' });
  client = await connectClient({ address: bus.address });
});

afterEach(async () => {
  client.close();
  await service.close();
  await bus.remove();
});

test('the status comes over the bus as it is in the daemon', async () => {
  expect(await client.guests()).toEqual([guestStatus('web1'), guestStatus('web2')]);
  const full = guestStatus('web1', {
    state: 'backoff',
    stateSince: 1_799_999_999_123_456,
    readySeconds: -1,
    pid: 0,
    lastEndReason: 'panic',
    lastEndDetail: 'Kernel panic – not syncing: "x"\n',
    lastEndAt: 1_799_999_999_000_001,
    console: '/dev/pts/7',
  });
  control.set('web1', full);
  expect(await client.guest('web1')).toEqual(full);
});

test('errors of the daemon keep their kind, words and hint', async () => {
  await expect(client.guest('nobody')).rejects.toBeInstanceOf(NoSuchGuest);
  await expect(client.act('start', 'nobody')).rejects.toThrow(
    /^cannot start guest nobody: there is no guest "nobody"$/,
  );
  control.set('refused');
  await expect(client.act('stop', 'refused')).rejects.toMatchObject({
    message: 'cannot stop guest refused: it may not',
    hint: 'leave it',
  });
  await service.close();
  service = await serve(control, {
    address: bus.address,
    authorize: () => async () => {
      throw new (await import('dbus-next')).DBusError('org.freedesktop.DBus.Error.AccessDenied', 'no');
    },
  });
  await expect(client.act('stop', 'web1')).rejects.toBeInstanceOf(AccessDenied);
});

test('a watcher sees every change, and only what changed goes over the bus', async () => {
  const events: WatchEvent[] = [];
  const raw = sessionBus({ busAddress: bus.address });
  await once(raw, 'connect');
  const seen: unknown[] = [];
  raw.on('message', (message) => {
    if (message.member === 'PropertiesChanged' && String(message.body[0]).endsWith('Guest'))
      seen.push(Object.keys(message.body[1] as object));
    if (message.member === 'StateChanged') seen.push(message.body);
  });
  await raw.call(
    new Message({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'AddMatch',
      signature: 's',
      body: ["type='signal',sender='org.umlnfs1'"],
    }),
  );
  expect(await client.watch((event) => events.push(event))).toHaveLength(2);
  control.set('web1', { state: 'failed', pid: 0, lastEndReason: 'crash' });
  control.set('web3');
  control.remove('web2');
  await vi.waitFor(() => expect(events).toHaveLength(3));
  const web1 = guestStatus('web1', { state: 'failed', pid: 0, lastEndReason: 'crash' });
  expect(events).toEqual([
    { kind: 'changed', status: web1 },
    { kind: 'added', status: guestStatus('web3') },
    { kind: 'removed', name: 'web2' },
  ]);
  expect(seen).toEqual([
    ['State', 'PID', 'LastEndReason'],
    ['running', 'failed', 'crash'],
  ]);
  raw.disconnect();
});

test('without a daemon the client says so, at once', async () => {
  const events: WatchEvent[] = [];
  await client.watch((event) => events.push(event));
  await service.close();
  await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toEqual(['lost']));
  await expect(client.guests()).rejects.toBeInstanceOf(DaemonUnreachable);
  await expect(connectClient({ address: bus.address })).rejects.toThrow(
    /^cannot reach the daemon: nobody owns org.umlnfs1/,
  );
  await expect(connectClient({ address: 'unix:path=/nonexistent/bus' })).rejects.toBeInstanceOf(
    DaemonUnreachable,
  );
  await bus.stop();
  await expect(client.guests()).rejects.toBeInstanceOf(DaemonUnreachable);
});

test('the service survives the death of its bus and comes back', async () => {
  await bus.stop();
  control.set('web1', { state: 'stopped' });
  await bus.start();
  await vi.waitFor(async () => {
    const again = await connectClient({ address: bus.address });
    expect((await again.guest('web1')).state).toBe('stopped');
    again.close();
  }, 10_000);
});
