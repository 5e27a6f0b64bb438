import type { ServiceNotify } from '../adapters/systemd/notify.ts';
import type { Loop } from './loop.ts';

/** A pass of the loop may take so long (ms), and then some: it makes initramfs images and starts NFS servers. */
const longestPass = 90_000;

/** Feeds the service manager's watchdog as long as the loop goes on. Returns the way to stop that. */
export function feedWatchdog(notify: ServiceNotify, loop: Loop, clock: () => number): () => void {
  const { watchdogInterval } = notify;
  if (watchdogInterval <= 0) return () => {};
  const timer = setInterval(
    () => {
      if (clock() - loop.lastPassAt < Math.max(longestPass, watchdogInterval / 2)) notify.watchdog();
    },
    Math.min(watchdogInterval / 4, 15_000),
  );
  notify.watchdog();
  return () => clearInterval(timer);
}
