import type { Message } from 'dbus-next';
import { messageOf } from '../../model/error.ts';
import type { ControlEvent, GuestStatus, PlanLine } from '../../model/status.ts';
import { type Bus, connectBus, isDenied } from './bus.ts';
import { AccessDenied, clientError, DaemonUnreachable } from './client-errors.ts';
import { follow } from './follow.ts';
import { guestInterface } from './interface/guest.ts';
import { managerInterface, objectManagerInterface } from './interface/manager.ts';
import { bodySignature } from './interface/spec.ts';
import { rootPath } from './path.ts';
import { statusOf } from './wire.ts';

const service = 'org.umlnfs1';
const properties = 'org.freedesktop.DBus.Properties';
type Wire = Record<string, { value: unknown }>;

export type WatchEvent = ControlEvent | { readonly kind: 'lost'; readonly error: DaemonUnreachable };

/** The daemon as the CLI sees it. Calls reject with UserError (NoSuchGuest, AccessDenied, DaemonUnreachable). */
export interface Client {
  /** All guests, in order of their names. */
  guests(): Promise<GuestStatus[]>;
  guest(name: string): Promise<GuestStatus>;
  /** Each resolves when the wish is taken. */
  act(action: 'start' | 'stop' | 'restart' | 'reset', name: string): Promise<void>;
  plan(): Promise<PlanLine[]>;
  /** The problems of the definitions, when the first reconcile after reading them is done. */
  reload(): Promise<string[]>;
  version(): Promise<string>;
  problems(): Promise<string[]>;
  /** Resolves with the guests of now; `listener` gets what happens from then on. */
  watch(listener: (event: WatchEvent) => void): Promise<GuestStatus[]>;
  close(): void;
}

async function owned(bus: Bus): Promise<boolean> {
  const ask = (member: string, signature: string, ...body: unknown[]) =>
    bus.call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member,
      signature,
      body,
      timeout: 5_000,
    });
  if ((await ask('NameHasOwner', 's', service))[0] === true) return true;
  const [activatable] = await ask('ListActivatableNames', '');
  return Array.isArray(activatable) && activatable.includes(service);
}

/** The bus where the daemon is: the one given, else the system's if it is there, else its private one. */
async function find(address: string | undefined, fallback: string): Promise<{ bus: Bus; where: string }> {
  const tried: string[] = [];
  let denied = false;
  for (const where of address === undefined ? ['system', fallback] : [address]) {
    try {
      const bus = await connectBus(where);
      if (await owned(bus)) return { bus, where };
      bus.close();
      tried.push(`nobody owns ${service} on the bus ${where}`);
    } catch (error) {
      denied ||= isDenied((error as Error).cause);
      tried.push(messageOf(error));
    }
  }
  const cause = tried.join('; ');
  if (denied) throw new AccessDenied('reach the daemon', cause, { hint: 'it is for root; use sudo' });
  throw DaemonUnreachable.because(cause, address ?? 'system');
}

/** @param address `system` or a D-Bus address; by default where the daemon is found */
export async function connectClient(
  options: { readonly address?: string | undefined; readonly fallback?: string } = {},
): Promise<Client> {
  const { bus, where } = await find(options.address, options.fallback ?? 'unix:path=/run/umlnfs/bus');
  const call = async (
    what: string,
    path: string,
    name: string,
    member: string,
    signature = '',
    ...body: unknown[]
  ) => {
    try {
      return await bus.call({ destination: service, path, interface: name, member, signature, body });
    } catch (error) {
      throw clientError(what, where, error);
    }
  };
  const manager = async (what: string, member: keyof typeof managerInterface.methods, ...body: unknown[]) => {
    const signature = bodySignature(managerInterface.methods[member].in);
    return (await call(what, rootPath, managerInterface.name, member, signature, ...body))[0];
  };
  const property = async (name: keyof typeof managerInterface.properties) =>
    (await call('ask the daemon', rootPath, properties, 'Get', 'ss', managerInterface.name, name))[0] as {
      value: unknown;
    };

  const managed = async () => {
    const [objects] = await call(
      'ask the daemon',
      rootPath,
      objectManagerInterface.name,
      'GetManagedObjects',
    );
    return Object.values(objects as Record<string, Record<string, Wire>>)
      .map((interfaces) => statusOf(interfaces[guestInterface.name] ?? {}))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  const watch = async (listener: (event: WatchEvent) => void) => {
    const lost = (cause: string) =>
      listener({ kind: 'lost', error: DaemonUnreachable.because(cause, where) });
    const known = new Map<string, GuestStatus>();
    const early: Message[] = [];
    let ready = false;
    bus.onSignal((message) => {
      if (message.member === 'NameOwnerChanged' && message.body[0] === service) {
        if (message.body[2] === '') lost('the daemon has ended');
      } else if (ready) {
        const event = follow(known, message);
        if (event !== undefined) listener(event);
      } else {
        early.push(message);
      }
    });
    bus.onLost(lost);
    const signals = { path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', member: 'AddMatch' };
    for (const rule of [
      `type='signal',sender='${service}',path_namespace='${rootPath}'`,
      `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${service}'`,
    ]) {
      await bus.call({ destination: 'org.freedesktop.DBus', ...signals, signature: 's', body: [rule] });
    }
    for (const status of await managed()) known.set(status.name, status);
    // Signals may have come with the answer in one piece. They carry values, not differences: those that the
    // answer has seen already do no harm.
    for (const message of early) follow(known, message);
    ready = true;
    return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  return {
    guests: managed,
    async guest(name) {
      const path = await manager(`find guest ${name}`, 'GetGuest', name);
      const [all] = await call(
        `ask for guest ${name}`,
        String(path),
        properties,
        'GetAll',
        's',
        guestInterface.name,
      );
      return statusOf(all as Wire);
    },
    async act(action, name) {
      const member = ({ start: 'Start', stop: 'Stop', restart: 'Restart', reset: 'Reset' } as const)[action];
      await manager(`${action} guest ${name}`, member, name);
    },
    async plan() {
      const lines = (await manager('make the plan', 'Plan')) as [string, string, string, string][];
      return lines.map(([kind, guest, what, why]) => ({ kind, guest, what, why }));
    },
    reload: async () => (await manager('reload the definitions', 'Reload')) as string[],
    version: async () => String((await property('Version')).value),
    problems: async () => (await property('Problems')).value as string[],
    watch,
    close: () => bus.close(),
  };
}
