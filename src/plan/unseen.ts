import type { GuestSeen } from '../model/observed.ts';

/** A guest that nothing is known of yet: defined, and never started under this daemon's eyes. */
export const unseen: GuestSeen = {
  process: undefined,
  readyAt: undefined,
  health: { failures: 0, lastOkAt: undefined, lastError: undefined },
  stop: undefined,
  end: undefined,
  intent: 'auto',
  restartTimes: [],
  restarts: 0,
  notBefore: undefined,
  quarantined: false,
  problem: undefined,
  retryAt: undefined,
};
