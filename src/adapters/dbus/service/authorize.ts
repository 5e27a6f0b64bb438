import { DBusError } from 'dbus-next';
import type { Bus } from '../bus.ts';
import { errors } from '../interface/errors.ts';
import type { Authorize } from './dispatch.ts';

/** Allows what is more than reading to root and to the daemon's own user, by the uid that the bus vouches for. */
export function rootOnly(bus: Bus): Authorize {
  return async (sender, action) => {
    const [uid] = await bus.call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'GetConnectionUnixUser',
      signature: 's',
      body: [sender],
      timeout: 5_000,
    });
    if (uid === 0 || uid === process.geteuid?.()) return;
    throw new DBusError(
      errors.accessDenied.name,
      `user ${uid} may not ${action} guests\nask root, or use sudo`,
    );
  };
}
