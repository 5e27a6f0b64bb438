/** NFS servers other than this host's own whose exports umlnfs makes. */
import type { ExportSeen } from './observed.ts';

export interface ServerWanted {
  /** For messages and as a key: `root@nfs1`. */
  readonly id: string;
  /** As ssh(1) takes it. */
  readonly destination: string;
  /** The guest that it is; it can be asked only while that is ready. */
  readonly guest?: string;
  /** Whether umlnfs tailors that guest's root, and so has a way in of its own. */
  readonly tailored?: boolean;
}

/** A server as it was when it was looked at last: that is done in the background, never by the loop. */
export interface ServerSeen {
  /** False while it could not be reached at all, or was not looked at yet. */
  readonly reached: boolean;
  /** Whether its kernel's NFS server runs. */
  readonly running: boolean;
  /** Why it was not reached. */
  readonly problem: string | undefined;
  readonly exports: readonly ExportSeen[];
  /** Guests for which something is being changed there now. */
  readonly busy: ReadonlySet<string>;
  /** By guest: why the last change failed, and when (ms, monotonic) it may be tried again. */
  readonly failures: ReadonlyMap<string, { readonly problem: string; readonly retryAt: number }>;
}

/** One that nobody looked at yet. */
export const serverUnseen: ServerSeen = {
  reached: false,
  running: false,
  problem: undefined,
  exports: [],
  busy: new Set(),
  failures: new Map(),
};
