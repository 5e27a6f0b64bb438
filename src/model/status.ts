import type { EndReason, GuestState } from './observed.ts';

/** One guest as status, D-Bus and the journal show it. Times are microseconds since the epoch (as in systemd). */
export interface GuestStatus {
  readonly name: string;
  readonly description: string;
  readonly state: GuestState;
  /** When the state was entered. */
  readonly stateSince: number;
  /** What it waits for or is doing, in words: `waiting for READY=1`, `next start in 4 s`; empty when there is nothing. */
  readonly detail: string;
  /** The last step for it that failed, or why its definition is not in force; empty when none. */
  readonly problem: string;
  readonly address: string;
  /** The IPv6 address it makes itself in its network; empty where the network has none, or its kernel knows none. */
  readonly ipv6Address: string;
  readonly mac: string;
  readonly tap: string;
  /** The name of its network; empty while it is not known. */
  readonly network: string;
  readonly kernel: string;
  readonly kernelVersion: string;
  readonly rootServer: string;
  readonly rootDirectory: string;
  /** 0 when no process runs. */
  readonly pid: number;
  /** The user its process runs as; 0 when none runs. */
  readonly uid: number;
  /** Process start; 0 when none runs. */
  readonly startedAt: number;
  /** From process start to ready; negative until it is. */
  readonly readySeconds: number;
  readonly restarts: number;
  readonly health: 'unknown' | 'ok' | 'failing';
  readonly lastEndReason: EndReason | '';
  readonly lastEndDetail: string;
  /** 0 when it never ended. */
  readonly lastEndAt: number;
  /** The pts of its interactive console, /dev/pts/N; empty when there is none. */
  readonly console: string;
  /** Its console log; empty where the journal has it. */
  readonly log: string;
  /** The definition's main file. */
  readonly definition: string;
}

/** A line of `umlnfs plan`. */
export interface PlanLine {
  readonly kind: string;
  readonly guest: string;
  /** `make tap uml-web1 for user 1879…` */
  readonly what: string;
  readonly why: string;
}

/** What the D-Bus service needs of the daemon. */
export interface Control {
  guests(): readonly GuestStatus[];
  guest(name: string): GuestStatus | undefined;
  /** Each resolves when the wish is taken, not when it is fulfilled; rejects with UserError for an unknown name. */
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** Clears a quarantine and the restart history, and starts the guest again if it should run. */
  reset(name: string): Promise<void>;
  /** systemd starts the guest's unit: resolves when it may, rejects with why it may not. */
  prepare(name: string): Promise<void>;
  /** What would be done now, after the definitions were read again; does nothing. */
  plan(): Promise<readonly PlanLine[]>;
  /** Reads the definitions again; resolves with the problems found, when the first reconcile after it is done. */
  reload(): Promise<readonly string[]>;
  /** The problems of the definitions in force now, formatted. */
  problems(): readonly string[];
  /** `changed` gives the new status; `added`/`removed` come with the set of names changing. */
  onChange(listener: (event: ControlEvent) => void): () => void;
}

export type ControlEvent =
  | { readonly kind: 'added' | 'changed'; readonly status: GuestStatus }
  | { readonly kind: 'removed'; readonly name: string };
