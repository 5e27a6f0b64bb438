import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Bus, BusLost, connectBus } from '../../../../src/adapters/dbus/bus.ts';
import { startTestBus, type TestBus } from '../../../support/dbus-daemon.ts';

// Between the client and a real bus, so that the test can put bytes in and cut the line.
let bus: TestBus;
let between: Server;
let toClient: Socket | undefined;
let client: Bus | undefined;
let address: string;

beforeEach(async () => {
  bus = await startTestBus();
  const path = join(bus.directory, 'between');
  address = `unix:path=${path}`;
  between = createServer((socket) => {
    toClient = socket;
    const upstream = createConnection(join(bus.directory, 'bus'));
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => between.listen(path, resolve));
});

afterEach(async () => {
  client?.close();
  toClient?.destroy();
  await new Promise((resolve) => between.close(resolve));
  await bus.remove();
});

const hello = {
  destination: 'org.freedesktop.DBus',
  path: '/',
  interface: 'org.freedesktop.DBus',
  member: 'GetId',
};

test('a frame that cannot be parsed ends nothing, and the next is read', async () => {
  client = await connectBus(address);
  const header = Buffer.from([0x6c, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
  toClient?.write(Buffer.concat([header, Buffer.alloc(8, 0xff)]));
  expect(await client.call(hello)).toHaveLength(1);
});

test('a bus that dies within a message is lost, and pending calls fail', async () => {
  client = await connectBus(address);
  const lost: string[] = [];
  client.onLost((cause) => lost.push(cause));
  between.removeAllListeners('connection');
  toClient?.unpipe();
  const pending = client.call(hello);
  toClient?.end(Buffer.from([0x6c, 4, 0]));
  // The answer may have been on its way already; a later call fails in any case.
  await pending.catch((error: unknown) => expect(error).toBeInstanceOf(BusLost));
  await vi.waitFor(() => expect(lost).toHaveLength(1));
  await expect(client.call(hello)).rejects.toBeInstanceOf(BusLost);
});

test('a bus that never answers is given up', async () => {
  between.removeAllListeners('connection');
  between.on('connection', (socket) => {
    toClient = socket;
    socket.resume();
  });
  await expect(connectBus(address, 200)).rejects.toThrow(
    /cannot connect to the bus at unix:path=.*: no answer/,
  );
  await bus.stop();
  await expect(connectBus(bus.address, 200)).rejects.toThrow('nobody listens there');
});
