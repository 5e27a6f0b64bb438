import type { IpFamily } from './beyond.ts';
import type { Family, TableSeen } from './filter/table.ts';
import type { ServerSeen } from './server.ts';
import type { UnitFilesSeen, UnitSeen } from './units.ts';

/** What is: read from the kernel, the exporter and the guests' processes, never from a store of our own. */

export interface BridgeSeen {
  readonly name: string;
  /** `192.168.2.1/24` and so on. */
  readonly addresses: readonly string[];
  /** Those of them that it has for a time, by DHCP or announcements of routers; undefined where there are none. */
  readonly learnt?: readonly string[];
  readonly up: boolean;
  /** Made by umlnfs (its alias says so). */
  readonly ours: boolean;
}

export interface TapSeen {
  readonly name: string;
  readonly uid: number | undefined;
  readonly master: string | undefined;
  readonly up: boolean;
  /** True while a process holds it open (LOWER_UP): a tap made anew under a running guest has none. */
  readonly carrier: boolean;
  /** Without carrier: since when this daemon sees it so; milliseconds on the monotonic clock. */
  readonly idleSince?: number | undefined;
  /** Whether it is marked as one through which nothing comes but what the filter allows. */
  readonly guarded: boolean;
  /** Whether it is cut off from other ports that are isolated. */
  readonly isolated: boolean;
  /** The guest that umlnfs made it for, from its alias; undefined for a device of somebody else. */
  readonly guest: string | undefined;
}

/** An interface that umlnfs plugged into a bridge, or is to. */
export interface PortSeen {
  readonly name: string;
  readonly master: string | undefined;
  readonly up: boolean;
  /** Plugged in by umlnfs: only such are ever unplugged by it. */
  readonly ours: boolean;
  /** Addresses of this host on it, but link-local ones. */
  readonly addresses: readonly string[];
}

/** A route that umlnfs made. */
export interface RouteSeen {
  readonly destination: string;
  readonly via: string;
  readonly device: string;
}

export interface ExportSeen {
  readonly path: string;
  readonly client: string;
  readonly options: readonly string[];
  /** The guest that umlnfs exported it for; only such exports are ever changed or removed. */
  readonly guest: string | undefined;
  /** False where it is in force but would be lost (or the reverse), so that adding it again repairs it. */
  readonly whole: boolean;
}

export interface ExporterSeen {
  readonly kind: 'exportfs' | 'ganesha' | 'none';
  /** True when exports can be added. */
  readonly running: boolean;
  /** Why it is not, for status. */
  readonly problem?: string;
  readonly exports: readonly ExportSeen[];
}

/** What a kernel binary can do, probed from itself. */
export interface KernelCaps {
  readonly version: string;
  /** `builtin`: CONFIG_ROOT_NFS; `initramfs`: NFS as modules that an initramfs loads. */
  readonly nfsRoot: 'builtin' | 'initramfs';
  readonly ipAutoconf: readonly ('dhcp' | 'bootp' | 'rarp')[];
  readonly transports: readonly ('vector' | 'tuntap')[];
  readonly seccomp: boolean;
  /** Whether its NFS client speaks UDP. */
  readonly udp: boolean;
  /** `module`: one that the initramfs loads where a guest needs it. */
  readonly ipv6: 'builtin' | 'module' | 'none';
}

export type KernelSeen =
  | {
      readonly ok: true;
      readonly caps: KernelCaps;
      /**
       * Where it needs an initramfs: paths of those that are built, by what is in them besides the modules for the
       * root, as `modulesKey` has it.
       */
      readonly initramfs: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly problem: string };

export interface RootSeen {
  readonly exists: boolean;
  /** It is being made from another one. */
  readonly cloning?: boolean;
  /** False where a file system of its own, or an overlay, should be mounted at it and is not. */
  readonly mounted?: boolean;
  /** False when tailoring would change something. */
  readonly tailored: boolean;
  readonly problem?: string;
}

/** Why a guest's process ended, as far as it can be known. */
export type EndReason =
  | 'power-off'
  | 'halt'
  | 'reboot'
  | 'panic'
  | 'crash'
  | 'hang'
  | 'start-timeout'
  | 'start-failed'
  | 'stopped'
  | 'killed'
  | 'unknown';

export interface GuestEnd {
  readonly reason: EndReason;
  /** Milliseconds on the monotonic clock. */
  readonly at: number;
  /** A sentence for people: exit status, signal, the console's last words. */
  readonly detail: string;
  /** Whether it had been ready before. */
  readonly wasReady: boolean;
}

/** The orderly way down; each phase follows when the one before had its time. */
export type StopPhase = 'ctrl-alt-del' | 'sync' | 'halt' | 'term' | 'kill';

export interface ProcessSeen {
  readonly pid: number;
  /** Milliseconds on the monotonic clock; may be negative for an adopted process. */
  readonly startedAt: number;
  /** Its command line, from /proc/PID/cmdline. */
  readonly argv: readonly string[];
  readonly uid: number;
  /** True where this daemon found it running. */
  readonly adopted: boolean;
}

export interface GuestSeen {
  readonly process: ProcessSeen | undefined;
  /** When it became ready, if it did. */
  readonly readyAt: number | undefined;
  readonly health: {
    /** Failed checks in a row. */
    readonly failures: number;
    readonly lastOkAt: number | undefined;
    readonly lastError: string | undefined;
    /** Whether its kernel answered the last check, so that only the TCP port is to blame. */
    readonly kernelAnswers?: boolean;
  };
  /** The last phase of stopping that was carried out, and what it was for. */
  readonly stop:
    | {
        readonly phase: StopPhase;
        readonly since: number;
        readonly cause: string;
        readonly reason: EndReason;
      }
    | undefined;
  readonly end: GuestEnd | undefined;
  /** What an operator asked for last; `auto` is the definition's Autostart=. */
  readonly intent: 'auto' | 'start' | 'stop' | 'restart';
  /** Times of the automatic restarts that count towards the burst, oldest first. */
  readonly restartTimes: readonly number[];
  /** All automatic restarts since the daemon began to watch it. */
  readonly restarts: number;
  /** The earliest time of the next start after a failure, jitter included. */
  readonly notBefore: number | undefined;
  /** Too many restarts in a row: nothing is started until reset. */
  readonly quarantined: boolean;
  /** The last step for this guest that failed, cleared when its steps succeed. */
  readonly problem: string | undefined;
  /** After a failed step: when its steps may be tried again. */
  readonly retryAt: number | undefined;
  /** Its unit, where systemd runs the guests: then systemd restarts it, and the daemon does not. */
  readonly unit?: UnitSeen | undefined;
}

/** The dnsmasq of each network. */
export interface NamesSeen {
  readonly installed: boolean;
  /** By network that is to have one: what is not as wanted. */
  readonly amiss: ReadonlyMap<string, string | undefined>;
  /** Networks that have one and should not. */
  readonly stale: readonly string[];
}

/** A failed step that several guests need. */
export interface SharedFailure {
  /** The network it is about, where it is about one: guests of others go on. */
  readonly network?: string | undefined;
  readonly step:
    | 'filter.apply'
    | 'port.attach'
    | 'port.release'
    | 'route.add'
    | 'route.remove'
    | 'forwarding.enable'
    | 'names.serve'
    | 'names.end'
    | 'hosts.write'
    | 'bridge.ensure'
    | 'bridge.remove'
    | 'exporter.start'
    | 'initramfs.build'
    | 'units.configure';
  readonly problem: string;
  /** When it may be tried again; milliseconds on the monotonic clock. */
  readonly retryAt: number;
}

export interface Observed {
  readonly names: NamesSeen;
  /** The lines of umlnfs in the host's hosts file; undefined where there are none. */
  readonly hostNames: readonly string[] | undefined;
  /** By the interface's name: all bridges made by umlnfs, and any other that has a wanted bridge's name. */
  readonly bridges: ReadonlyMap<string, BridgeSeen>;
  /** By name: all taps made by umlnfs, and any other interface that has a wanted tap's name. */
  readonly taps: ReadonlyMap<string, TapSeen>;
  /** The packet filter's tables of umlnfs, by family. */
  readonly tables: ReadonlyMap<Family, TableSeen>;
  /** By name: interfaces that umlnfs plugged into bridges, and those that it is to. */
  readonly ports: ReadonlyMap<string, PortSeen>;
  readonly routes: readonly RouteSeen[];
  /** What this host passes on. */
  readonly forwards: readonly IpFamily[];
  readonly exporter: ExporterSeen;
  /** Servers other than this host, by id; also one that nobody wants any more and that still has exports of ours. */
  readonly servers: ReadonlyMap<string, ServerSeen>;
  /** By path, for the kernels that desired guests name. */
  readonly kernels: ReadonlyMap<string, KernelSeen>;
  /** By guest name, for roots on this host. */
  readonly roots: ReadonlyMap<string, RootSeen>;
  /** By guest name; also guests that run without a definition any more. */
  readonly guests: ReadonlyMap<string, GuestSeen>;
  /** Steps that are no single guest's and failed, until they succeed. */
  readonly sharedFailures: readonly SharedFailure[];
  /** The directory with a directory per guest, for the paths on command lines. */
  readonly guestsDirectory: string;
  /** The host's processors, as far as the daemon may use them. */
  readonly cpus?: number | undefined;
  /** Where systemd runs the guests. */
  readonly unitFiles?: UnitFilesSeen | undefined;
}

export type GuestState = 'starting' | 'running' | 'stopping' | 'stopped' | 'backoff' | 'failed';
