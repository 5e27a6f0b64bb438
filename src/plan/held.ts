import { templateOf } from '../definition/guest-name.ts';
import type { Desired } from '../model/desired.ts';

/** Whether a guest without a usable definition may still have one, so that nothing of it is removed. */
export function isHeld(desired: Desired, guest: string): boolean {
  if (desired.guests.has(guest)) return false;
  if (desired.incomplete === true || desired.held?.has(guest) === true) return true;
  return desired.heldTemplates?.has(templateOf(guest) ?? '') === true;
}

/** Whether there may be guests that nothing is known of, so that nothing that guests share is removed. */
export function mayBeMore(desired: Desired): boolean {
  return desired.incomplete === true || (desired.held?.size ?? 0) > 0;
}
