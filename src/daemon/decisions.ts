import type { Logger } from 'pino';
import type { SystemdRunner } from '../adapters/systemd/runner.ts';

/** Tells of systemd's decisions about guests that ended as of those that the daemon makes where it runs them itself. */
export function tellDecisions(runner: SystemdRunner, log: Logger): void {
  runner.onDecision((guest, event) => {
    if (event === 'backoff')
      log.warn({ guest, event }, `guest ${guest} is started again by systemd, after a delay`);
    else tellQuarantine(guest, log);
  });
}

/** Whoever runs the guests, nobody starts this one again. */
export function tellQuarantine(guest: string, log: Logger): void {
  log.error(
    { guest, event: 'quarantined' },
    `guest ${guest} failed too often and is left stopped: mend the cause, then umlnfs reset ${guest}`,
  );
}
