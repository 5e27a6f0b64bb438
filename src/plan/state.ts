import type { GuestWanted } from '../model/desired.ts';
import type { GuestSeen, GuestState } from '../model/observed.ts';
import type { UnitSeen } from '../model/units.ts';
import { isFailure, restartsAfter } from './restart.ts';

/** Whether the guest should have a process now, quarantine and backoff left aside. */
export function wantsRunning(wanted: GuestWanted | undefined, seen: GuestSeen): boolean {
  if (wanted === undefined || seen.intent === 'stop') return false;
  if (seen.intent === 'auto' && !wanted.autostart && seen.process === undefined && seen.end === undefined)
    return false;
  if (seen.process !== undefined || seen.end === undefined) return true;
  // An end that umlnfs brought about, for a change or a restart, is followed by a start.
  return seen.end.reason === 'stopped' || restartsAfter(seen.end.reason, wanted.restart.policy);
}

/** Whether the daemon is still to ask systemd for a start: an operator's, or the first that Autostart= is for. */
export function isToBegin(wanted: GuestWanted | undefined, seen: GuestSeen, unit: UnitSeen): boolean {
  return seen.intent === 'start' || (wanted?.autostart === true && !unit.begun && seen.intent !== 'stop');
}

/** The state of a guest without a process, as systemd has its unit. */
function unitState(unit: UnitSeen, wanted: GuestWanted | undefined, seen: GuestSeen): GuestState {
  switch (unit.active) {
    case 'failed':
      return 'failed';
    case 'deactivating':
      return 'stopping';
    case 'inactive': {
      const waits = isToBegin(wanted, seen, unit);
      if (unit.job || (waits && seen.problem === undefined)) return 'starting';
      return waits ? 'backoff' : 'stopped';
    }
    default:
      return unit.sub.startsWith('auto-restart') ? 'backoff' : 'starting';
  }
}

/** The guest's state, derived from what is seen; nothing stores it. */
export function stateOf(wanted: GuestWanted | undefined, seen: GuestSeen, now: number): GuestState {
  if (seen.process !== undefined) {
    // Of one whose unit has ended, only the reason is still being read.
    const ends = ['deactivating', 'inactive', 'failed'].includes(seen.unit?.active ?? '');
    if (seen.stop !== undefined || ends) return 'stopping';
    // Who waits for it to run may look at its unit next, which has to say the same by then.
    const known = seen.unit?.active !== 'activating';
    return seen.readyAt !== undefined && known ? 'running' : 'starting';
  }
  if (seen.unit !== undefined) return unitState(seen.unit, wanted, seen);
  if (seen.quarantined) return 'failed';
  if (!wantsRunning(wanted, seen)) {
    const failed = seen.end !== undefined && seen.intent !== 'stop' && isFailure(seen.end.reason);
    return failed ? 'failed' : 'stopped';
  }
  if (seen.notBefore !== undefined && seen.notBefore > now) return 'backoff';
  if (seen.problem !== undefined) return 'backoff';
  return 'starting';
}
