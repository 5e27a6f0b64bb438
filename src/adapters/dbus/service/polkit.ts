import { DBusError, Variant } from 'dbus-next';
import { messageOf } from '../../../model/error.ts';
import { type Bus, isDBusError } from '../bus.ts';
import { errors } from '../interface/errors.ts';
import type { Action } from '../interface/spec.ts';
import type { Authorize } from './dispatch.ts';

const polkit = 'org.freedesktop.PolicyKit1';
const allowInteraction = 1;
/** Milliseconds: somebody may be typing a password. */
const patience = 120_000;

/** The polkit action that a caller must be allowed; undefined for what only root may do. */
export function polkitAction(action: Action): string | undefined {
  return action === 'prepare' ? undefined : `org.umlnfs1.${action}`;
}

/**
 * Allows what is more than reading to root, and to whom polkit allows it. Where no polkit runs, to root alone.
 */
export function byPolkit(bus: Bus): Authorize {
  return async (sender, action, interactive) => {
    const uid = await uidOf(bus, sender);
    if (uid === 0 || uid === process.geteuid?.()) return;
    const id = polkitAction(action);
    if (id !== undefined && (await allows(bus, sender, id, interactive === true))) return;
    throw new DBusError(
      errors.accessDenied.name,
      `user ${uid} may not ${action} guests\nask an administrator, or use sudo`,
    );
  };
}

async function uidOf(bus: Bus, sender: string): Promise<unknown> {
  const [uid] = await bus.call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'GetConnectionUnixUser',
    signature: 's',
    body: [sender],
    timeout: 5_000,
  });
  return uid;
}

async function allows(bus: Bus, sender: string, action: string, interactive: boolean): Promise<boolean> {
  try {
    const [result] = await bus.call({
      destination: polkit,
      path: '/org/freedesktop/PolicyKit1/Authority',
      interface: `${polkit}.Authority`,
      member: 'CheckAuthorization',
      signature: '(sa{sv})sa{ss}us',
      body: [
        ['system-bus-name', { name: new Variant('s', sender) }],
        action,
        {},
        interactive ? allowInteraction : 0,
        '',
      ],
      timeout: patience,
    });
    return Array.isArray(result) && result[0] === true;
  } catch (error) {
    if (isDBusError(error, 'org.freedesktop.DBus.Error.ServiceUnknown')) return false;
    throw new DBusError(errors.accessDenied.name, `polkit cannot be asked: ${messageOf(error)}`);
  }
}
