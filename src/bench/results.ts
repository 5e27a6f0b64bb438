/** What a run came to, told by the inner process to the outer one. */

/** Samples of the same thing on two sides, taken in turns. */
export interface Versus {
  readonly umlnfs: readonly number[];
  /** The bare command line, the by-hand recipe, or the untailored root. */
  readonly other: readonly number[];
}

export interface StartSamples {
  /** Milliseconds. */
  readonly root: Versus;
  readonly ready: Versus;
  /** Milliseconds from the wish to start until the guest's process exists: the daemon's work before it. */
  readonly untilProcess: readonly number[];
}

export interface FleetSamples {
  readonly guests: number;
  /** Milliseconds until the last is ready. */
  readonly ready: Versus;
}

/** Megabytes (10⁶ bytes) a second. */
export interface DiskSamples {
  readonly write: Versus;
  readonly read: Versus;
}

/** Milliseconds; `umlnfs` is the tailored root. */
export interface TailoredSamples {
  readonly ready: Versus;
}

/** Milliseconds from a file's change to the first thing that the daemon does. */
export interface ReactionSamples {
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/** The daemon and its reader of notify sockets together. */
export interface Footprint {
  readonly guests: number;
  readonly seconds: number;
  readonly rssMiB: number;
  /** What would be free without them: pages that both share count once. */
  readonly pssMiB: number;
  /** Of one processor. */
  readonly cpuPercent: number;
}

export interface Environment {
  readonly kernel: string;
  readonly guestKernel: string;
  readonly node: string;
  readonly cpus: number;
  readonly cpuModel: string;
  /** The load of the last minute before the run. */
  readonly load: number;
}

export interface Results {
  readonly environment: Environment;
  readonly start?: StartSamples;
  readonly fleet?: FleetSamples;
  readonly disk?: DiskSamples;
  readonly tailored?: TailoredSamples;
  readonly reaction?: ReactionSamples;
  readonly footprint?: Footprint;
  /** Why a part could not be measured. */
  readonly problems: readonly string[];
}
