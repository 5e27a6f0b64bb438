import type { EndReason, ProcessSeen } from './observed.ts';

/** How a guest's process ended, as far as the one who ran it can tell. */
export interface ProcessExit {
  readonly guest: string;
  readonly pid: number;
  /** Undefined for a process that was adopted: only its parent is told. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Why, where the one who ran it brought it about. */
  readonly reason?: EndReason;
}

export interface StartRequest {
  readonly guest: string;
  /** Kernel binary first. */
  readonly argv: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly memoryBytes: number;
  /** Size of its largest disk. */
  readonly diskBytes?: number;
}

/**
 * Runs guests' kernels: as children of the daemon, or as systemd units. The daemon's loop does not care which.
 */
export interface GuestRunner {
  /** The guests that run already, by name. */
  adopt(): Promise<ReadonlyMap<string, ProcessSeen>>;
  /** Resolves when the process exists; UserError otherwise. */
  start(request: StartRequest): Promise<ProcessSeen>;
  /** SIGKILL reaches every process of the guest. No error when there is none any more. */
  signal(guest: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  onExit(listener: (exit: ProcessExit) => void): void;
  /** The last lines of the guest's console, for the reason of its end; empty when there are none. */
  consoleTail(guest: string): Promise<string>;
  /** Path of the console log; empty where the journal keeps it. */
  consoleLog(guest: string): string;
  /** Lets go of the guests without ending them. */
  close(): Promise<void>;
}
