/** Told while long work goes on: what begins, and in between how far it is. */
export interface Progress {
  /** `unpacking linux-source-6.1.tar.xz` */
  phase(text: string): void;
  /** `1200 files, fs/nfs/dir.o` */
  detail(text: string): void;
}

/** What every part of long work is given. */
export interface Work {
  /** For errors: completes "cannot …". */
  readonly action: string;
  /** Ends it early. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}
