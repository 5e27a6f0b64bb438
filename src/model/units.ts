/** Guests as systemd has them, a unit each. */

/** A guest's unit, as systemd tells it. */
export interface UnitSeen {
  /** ActiveState: active, reloading, inactive, failed, activating or deactivating. */
  readonly active: string;
  /** SubState: `start-pre`, `running`, `auto-restart`, … */
  readonly sub: string;
  /** Result of its last run: success, exit-code, signal, core-dump, timeout, watchdog, oom-kill, … */
  readonly result: string;
  /** A job for it waits or is carried out: somebody has asked systemd for something. */
  readonly job: boolean;
  /** Automatic restarts since it was started by hand. */
  readonly restarts: number;
  /** systemd is about to start it and waits until all that it needs is in order. */
  readonly preparing: boolean;
  /** It was started, by whomever, since the host's boot. */
  readonly begun: boolean;
}

/** What umlnfs has written for systemd. */
export interface UnitFilesSeen {
  /** systemd's version, 257 and so on. */
  readonly systemd: number;
  /** By guest: the text of the drop-in for its unit. */
  readonly dropIns: ReadonlyMap<string, string>;
  /** systemd has not read some of them as they are now. */
  readonly reloadOwed?: boolean;
}

/** A unit that nobody has asked for yet. */
export const unitUnseen: UnitSeen = {
  active: 'inactive',
  sub: 'dead',
  result: 'success',
  job: false,
  restarts: 0,
  preparing: false,
  begun: false,
};
