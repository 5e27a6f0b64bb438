import type { Message } from 'dbus-next';
import type { ControlEvent, GuestStatus } from '../../model/status.ts';
import { guestInterface } from './interface/guest.ts';
import { guestOfPath } from './path.ts';
import { fieldsOf, statusOf } from './wire.ts';

type Wire = Record<string, { value: unknown }>;

/** Takes a signal of the service over into what is known of the guests; undefined where it changes nothing. */
export function follow(known: Map<string, GuestStatus>, message: Message): ControlEvent | undefined {
  const { path, member, body } = message;
  if (member === 'PropertiesChanged' && body[0] === guestInterface.name) {
    const before = known.get(guestOfPath(path) ?? '');
    if (before === undefined) return undefined;
    const status = { ...before, ...fieldsOf(body[1] as Wire) };
    known.set(status.name, status);
    return { kind: 'changed', status };
  }
  if (member === 'InterfacesAdded') {
    const status = statusOf((body[1] as Record<string, Wire>)[guestInterface.name] ?? {});
    known.set(status.name, status);
    return { kind: 'added', status };
  }
  if (member === 'InterfacesRemoved') {
    const name = guestOfPath(String(body[0]));
    return name !== undefined && known.delete(name) ? { kind: 'removed', name } : undefined;
  }
  return undefined;
}
