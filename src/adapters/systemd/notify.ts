import { createRequire } from 'node:module';

/** The native library is loaded only where a service manager listens. */
interface Library {
  ready(): void;
  stopping(pid: number): void;
  watchdog(): void;
  sendState(text: string): void;
  /** Milliseconds; 0 where no watchdog is set. */
  watchdogInterval(): number;
}

/** What the daemon tells the service manager of itself, sd_notify(3); nothing where there is none. */
export interface ServiceNotify {
  ready(): void;
  reloading(): void;
  stopping(): void;
  /** One line. */
  status(text: string): void;
  watchdog(): void;
  /** How often (ms) the watchdog wants to be fed at least; 0 where there is none. */
  readonly watchdogInterval: number;
}

const silent: ServiceNotify = {
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  status: () => {},
  watchdog: () => {},
  watchdogInterval: 0,
};

/** Speaks through $NOTIFY_SOCKET, which is taken out of the environment so that no child speaks for the daemon. */
export function serviceNotify(environment: NodeJS.ProcessEnv = process.env): ServiceNotify {
  if (environment.NOTIFY_SOCKET === undefined) return silent;
  const library = createRequire(import.meta.url)('sd-notify') as Library;
  return {
    ready: () => library.ready(),
    // Type=notify-reload compares the time with that of the SIGHUP (systemd.service(5)).
    reloading: () => library.sendState(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => library.stopping(process.pid),
    status: (text) => library.sendState(`STATUS=${text.replaceAll('\n', ' ')}`),
    watchdog: () => library.watchdog(),
    watchdogInterval: library.watchdogInterval(),
  };
}
