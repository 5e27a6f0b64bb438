import { isGuestName } from '../../definition/guest-name.ts';
import { encodeLabel } from '../dbus/path.ts';

/** All units of guests. */
export const guestUnits = 'umlnfs@*.service';

/** Guests' names need no escaping: a hyphen in `%i` stays one, and a colon may be in units' names. */
export function unitOf(guest: string): string {
  return `umlnfs@${guest}.service`;
}

/** The guest of a unit; undefined for other units. */
export function guestOfUnit(unit: string): string | undefined {
  const guest = /^umlnfs@(.*)\.service$/.exec(unit)?.[1];
  return guest !== undefined && isGuestName(guest) ? guest : undefined;
}

/** The D-Bus object of a unit. */
export function unitPath(unit: string): string {
  return `/org/freedesktop/systemd1/unit/${encodeLabel(unit)}`;
}
