import { encodeLabel } from '../dbus/path.ts';

/** All units of guests. */
export const guestUnits = 'umlnfs@*.service';

/** Guests' names need no escaping: a hyphen in `%i` stays one. */
export function unitOf(guest: string): string {
  return `umlnfs@${guest}.service`;
}

/** The guest of a unit; undefined for other units. */
export function guestOfUnit(unit: string): string | undefined {
  return /^umlnfs@([A-Za-z0-9][A-Za-z0-9._-]{0,31})\.service$/.exec(unit)?.[1];
}

/** The D-Bus object of a unit. */
export function unitPath(unit: string): string {
  return `/org/freedesktop/systemd1/unit/${encodeLabel(unit)}`;
}
