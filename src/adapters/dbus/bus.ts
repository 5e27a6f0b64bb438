import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { DBusError, Message, type MessageBus, sessionBus } from 'dbus-next';
import { messageOf, UserError } from '../../model/error.ts';

/** The bus was lost while an answer was awaited. */
export class BusLost extends Error {
  override readonly name = 'BusLost';
}

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: unknown[];
  /** Milliseconds; none waits as long as the bus lives. */
  readonly timeout?: number;
}

/** A connection to a message bus that knows when it ends. */
export interface Bus {
  /** Our unique name, e.g. `:1.7`. */
  readonly name: string;
  /** The body of the answer. Rejects with DBusError, or BusLost. */
  call(call: Call): Promise<readonly unknown[]>;
  /** Sends a signal or an answer; false when it could not be sent (bus lost, value that has no form on the wire). */
  send(message: Message): boolean;
  /** Every method call that comes in. */
  onCall(handler: (message: Message) => void): void;
  /** Every signal that the match rules let through. */
  onSignal(listener: (message: Message) => void): () => void;
  /** Once, with the cause; not for our own close(). */
  onLost(listener: (cause: string) => void): void;
  close(): void;
}

const closedEarly = 'ECLOSED';

/** `system`, or a D-Bus address, as an address to connect to. */
export function busAddress(where: string): string {
  if (where !== 'system') return where;
  return process.env.DBUS_SYSTEM_BUS_ADDRESS ?? 'unix:path=/run/dbus/system_bus_socket';
}

// What dbus-next keeps to itself, and must be reached to learn that a connection ended.
interface Internals {
  readonly _connection: EventEmitter & { readonly stream?: Socket };
}

/**
 * The library parses inside a stream event, so a message that it cannot parse (a file descriptor's index without
 * descriptors is one, and any peer can send it) would end the process. The frame has been read by then: go on
 * with the next.
 */
function survivesBadMessages(stream: Socket): void {
  for (const listener of stream.listeners('readable')) {
    stream.removeListener('readable', listener as () => void);
    stream.on('readable', () => {
      for (;;) {
        try {
          listener.call(stream);
          return;
        } catch {
          if (stream.destroyed || stream.readableEnded) return;
        }
      }
    });
  }
}

/**
 * Connects and says hello.
 * @param where `system` or a D-Bus address
 * @throws UserError within `timeout` milliseconds
 */
export async function connectBus(where: string, timeout = 5_000): Promise<Bus> {
  const address = busAddress(where);
  const raw = sessionBus({ busAddress: address, authMethods: ['EXTERNAL'] });
  const { _connection: connection } = raw as unknown as Internals;
  const errors = raw as unknown as EventEmitter;
  const abandon = () => connection.stream?.destroy();
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), timeout);
      const settle = (done: () => void) => () => {
        clearTimeout(timer);
        done();
      };
      raw.once('connect', settle(resolve));
      errors.on('error', (error: unknown) => settle(() => reject(error))());
      connection.once(
        'end',
        settle(() =>
          reject(Object.assign(new Error('the bus closed the connection'), { code: closedEarly })),
        ),
      );
    });
  } catch (error) {
    abandon();
    throw new UserError(`connect to the bus at ${address}`, causeOf(error), { cause: error });
  }
  const { stream } = connection;
  if (raw.name === null || stream === undefined) {
    abandon();
    throw new UserError(`connect to the bus at ${address}`, 'it gave no name');
  }
  survivesBadMessages(stream);
  return wrap(raw, raw.name, stream, errors);
}

/** Whether nothing listens at the address of {@link connectBus}. */
export function isAbsent(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function causeOf(error: unknown): string {
  if (isAbsent(error)) return 'nobody listens there';
  return isDenied(error) ? 'permission denied' : messageOf(error);
}

/** Whether it is the bus, or its socket, that does not let this user in. */
export function isDenied(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || messageOf(error).startsWith('authentication failed'))
    return true;
  // A bus hangs up on users that it does not let in, without a word.
  return process.geteuid?.() !== 0 && ['EPIPE', 'ECONNRESET', closedEarly].includes(code);
}

function wrap(raw: MessageBus, name: string, stream: Socket, errors: EventEmitter): Bus {
  const pending = new Set<(error: Error) => void>();
  const signals = new Set<(message: Message) => void>();
  const lostListeners: ((cause: string) => void)[] = [];
  let lost: string | undefined;
  let closed = false;

  const lose = (cause: string) => {
    if (lost !== undefined) return;
    lost = cause;
    for (const reject of pending) reject(new BusLost(cause));
    pending.clear();
    if (!closed) for (const listener of lostListeners) listener(cause);
  };
  // Also errors of one message come here; only the stream's end is the end.
  errors.on('error', () => undefined);
  let lastError = 'the bus closed the connection';
  stream.on('error', (error) => {
    lastError = error.message;
  });
  stream.on('close', () => lose(lastError));
  stream.on('end', () => lose(lastError));
  if (stream.destroyed) queueMicrotask(() => lose(lastError));

  raw.on('message', (message) => {
    if (message.type === 4) for (const listener of signals) listener(message);
  });

  return {
    name,
    call({ timeout, ...fields }) {
      if (lost !== undefined) return Promise.reject(new BusLost(lost));
      return new Promise((resolve, reject) => {
        const timer =
          timeout === undefined
            ? undefined
            : setTimeout(
                () => fail(new BusLost(`no answer from ${fields.destination} for ${timeout / 1000} s`)),
                timeout,
              );
        const settled = () => {
          clearTimeout(timer);
          pending.delete(fail);
        };
        const fail = (error: Error) => {
          settled();
          reject(error);
        };
        pending.add(fail);
        raw.call(new Message(fields)).then(
          (reply) => {
            settled();
            resolve(reply?.body ?? []);
          },
          (error: unknown) => fail(error instanceof Error ? error : new Error(messageOf(error))),
        );
      });
    },
    send(message) {
      if (lost !== undefined) return false;
      try {
        raw.send(message);
        return true;
      } catch {
        return false;
      }
    },
    onCall(handler) {
      raw.addMethodHandler((message: Message) => {
        handler(message);
        return true;
      });
    },
    onSignal(listener) {
      signals.add(listener);
      return () => signals.delete(listener);
    },
    onLost(listener) {
      if (lost !== undefined) queueMicrotask(() => listener(lost ?? ''));
      else lostListeners.push(listener);
    },
    close() {
      closed = true;
      raw.disconnect();
      lose('closed');
    },
  };
}

export function isDBusError(error: unknown, name?: string): error is DBusError {
  return error instanceof DBusError && (name === undefined || error.type === name);
}
