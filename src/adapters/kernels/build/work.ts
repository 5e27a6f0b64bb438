/** Told while a kernel is built: what begins, and in between how far it is. */
export interface BuildProgress {
  /** `unpacking linux-source-6.1.tar.xz` */
  phase(text: string): void;
  /** `1200 files, fs/nfs/dir.o` */
  detail(text: string): void;
}

/** What every part of a build is given. */
export interface Work {
  /** For errors: completes "cannot …". */
  readonly action: string;
  /** Ends it early. */
  readonly signal: AbortSignal;
  readonly progress: BuildProgress;
}
