import { access } from 'node:fs/promises';
import { messageOf, UserError } from '../../../model/error.ts';
import type { Control } from '../../../model/status.ts';
import { type Bus, connectBus, isDBusError } from '../bus.ts';
import { errors } from '../interface/errors.ts';
import { announcer } from './announce.ts';
import { type Authorize, answer } from './dispatch.ts';
import { objectsOf } from './objects.ts';
import { byPolkit } from './polkit.ts';

export const busName = 'org.umlnfs1';

export interface ServeOptions {
  /** `system`, a D-Bus address, or what gives one: it is asked again for each new connection. */
  readonly address: string | (() => Promise<string>);
  /** Calls wait for it; the name is taken at once, and tells whether another daemon runs. */
  readonly ready?: Promise<void>;
  /** The Version property. */
  readonly version?: string;
  /** Who may do what; by default root may do everything, others what polkit allows them, and all may read. */
  readonly authorize?: (bus: Bus) => Authorize;
  readonly log?: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface Service {
  close(): Promise<void>;
}

const firstDelay = 100;
const longestDelay = 10_000;
/** How often (ms) a bus of our own is looked at: its socket can be removed, and then nobody finds us any more. */
const lookInterval = 5_000;
const doNotQueue = 4;
const primaryOwner = 1;

async function ownName(bus: Bus): Promise<void> {
  const request = bus.call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'RequestName',
    signature: 'su',
    body: [busName, doNotQueue],
    timeout: 5_000,
  });
  const [result] = await request.catch((error: unknown) => {
    const hint = isDBusError(error, errors.accessDenied.name)
      ? `run the daemon as root, with the bus's policy for ${busName} in place`
      : undefined;
    throw new UserError(`own ${busName} on the bus`, messageOf(error), hint === undefined ? {} : { hint });
  });
  if (result === primaryOwner) return;
  throw new UserError(`own ${busName} on the bus`, 'another daemon has it', {
    hint: 'stop the other umlnfsd, or give this one a bus of its own (Address= in [DBus])',
  });
}

/** Calls `gone` once when the address's socket is not there any more. Nothing is looked at for other addresses. */
function lookAtSocket(address: string, gone: () => void): NodeJS.Timeout | undefined {
  const path = /^unix:path=([^,;%]+)$/.exec(address)?.[1];
  if (path === undefined) return undefined;
  const timer = setInterval(() => {
    access(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') return;
      clearInterval(timer);
      gone();
    });
  }, lookInterval);
  return timer.unref();
}

/**
 * Shows the daemon on a message bus. When the bus goes away it comes back by itself, with growing delays.
 * @throws UserError when the first connection fails
 */
export async function serve(control: Control, options: ServeOptions): Promise<Service> {
  const { address, version = '', log, authorize = byPolkit, ready = Promise.resolve() } = options;
  let bus: Bus | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let stopLooking = () => {};

  const announce = announcer(control, version, (message) => bus?.send(message));
  const objects = objectsOf(control, version, (problems) => announce.reloaded(problems));
  const stopListening = control.onChange((event) => announce.event(event));

  const connect = async () => {
    const where = typeof address === 'string' ? address : await address();
    const fresh = await connectBus(where);
    try {
      const allowed = authorize(fresh);
      fresh.onCall((message) => {
        ready
          .then(() =>
            answer(message, objects, allowed, (error) =>
              log?.error({ err: error, member: message.member }, 'D-Bus call failed'),
            ),
          )
          .then(
            (reply) =>
              reply &&
              !fresh.send(reply) &&
              log?.warn({ member: message.member }, 'cannot answer a D-Bus call'),
          )
          .catch((error: unknown) => log?.error({ err: error }, 'D-Bus call failed'));
      });
      await ownName(fresh);
    } catch (error) {
      fresh.close();
      throw error;
    }
    if (closed) {
      fresh.close();
      return;
    }
    bus = fresh;
    const lookAfter = lookAtSocket(where, () => {
      fresh.close();
      lost('its socket was removed');
    });
    const lost = (cause: string) => {
      clearInterval(lookAfter);
      bus = undefined;
      log?.warn({ cause }, 'lost the message bus');
      again(firstDelay);
    };
    fresh.onLost(lost);
    stopLooking = () => clearInterval(lookAfter);
  };

  const again = (delay: number) => {
    if (closed) return;
    retry = setTimeout(() => {
      connect().then(
        () => log?.info({}, 'back on the message bus'),
        (error: unknown) => {
          log?.warn({ cause: messageOf(error), delay }, 'cannot reach the message bus, trying again');
          again(Math.min(delay * 2, longestDelay));
        },
      );
    }, delay);
  };

  const close = async () => {
    closed = true;
    clearTimeout(retry);
    stopLooking();
    stopListening();
    announce.close();
    bus?.close();
    bus = undefined;
  };

  try {
    await connect();
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
