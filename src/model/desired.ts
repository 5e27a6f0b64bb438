/** What should be: derived from the definitions alone, complete, with nothing left to guess. */

import type { Disk } from '../definition/value-types/disk.ts';
import type { BeyondWanted } from './beyond.ts';
import type { Ipv6Network } from './ipv6.ts';
import type { HostLine, NamesWanted } from './names.ts';
import type { ServerWanted } from './server.ts';

export interface BridgeWanted {
  /** The network it is the bridge of. */
  readonly network: string;
  /** The interface. */
  readonly name: string;
  /** Dotted quad. */
  readonly address: string;
  readonly prefix: number;
  /** The host's IPv6 address on it, where it has one. */
  readonly ipv6: Ipv6Network | undefined;
  /** Whether dnsmasq serves on it. */
  readonly dns: boolean;
  readonly dhcp: boolean;
  /** The DNS domain of its guests. */
  readonly domain: string;
}

export interface TapWanted {
  readonly name: string;
  readonly guest: string;
  /** The bridge's interface. */
  readonly bridge: string;
  /** Numeric user id that may open it. */
  readonly uid: number;
  /** Whether nothing comes through it that Desired.guards does not allow. */
  readonly guarded: boolean;
  /** Whether it is cut off from other taps that are isolated. */
  readonly isolated: boolean;
}

/** What one guest may send: everything else is dropped at its tap. */
export interface GuardWanted {
  readonly tap: string;
  readonly guest: string;
  readonly mac: string;
  /** Addresses it may say are its own. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Networks from which it may pass packets on, and whose addresses it may have where no other guest has them. */
  readonly networks4: readonly string[];
  readonly networks6: readonly string[];
  /** Second halves of IPv6 addresses that it may have in any network, as hexadecimal numbers. */
  readonly identifiers: readonly string[];
  /** Whether it may ask for its address by RARP. */
  readonly rarp: boolean;
}

export interface ExportWanted {
  readonly guest: string;
  /** Of {@link Desired.servers}; undefined: this host's own. */
  readonly server?: string | undefined;
  /** Absolute directory on the server. */
  readonly path: string;
  /** An IPv4 address or network (`192.168.2.0/24`) that may mount it. */
  readonly client: string;
  /** As in exports(5), in the order written. */
  readonly options: readonly string[];
}

export interface NfsMount {
  readonly server: string;
  readonly directory: string;
  /** The root is the first of the guest's disks, and nothing of this holds. */
  readonly onDisk?: boolean;
  /** True where this host's exporter serves it: the path to mount is then the exporter's to say. */
  readonly local: boolean;
  /** The options of nfsroot=, `name` or `name=value`, version and protocol first. `vers=` is missing where the exporter's default holds. */
  readonly options: readonly string[];
  readonly versionGiven: boolean;
  /** The directory of the root that it is made from where it does not exist. */
  readonly clone?: string | undefined;
  readonly readOnly: boolean;
}

/** Names of other guests, as in systemd.unit(5); there may be no guest of such a name. */
export interface Dependencies {
  /** They are ready before it starts, and stop after it. */
  readonly after: readonly string[];
  /** They are started together with it. */
  readonly wants: readonly string[];
  /** As wants, and it stops when somebody stops one of them. */
  readonly requires: readonly string[];
  /** The guest that its root is on, in after and wants as well: it rides out a restart of that one. */
  readonly server?: string | undefined;
}

export interface GuestWanted {
  readonly name: string;
  readonly description: string;
  readonly autostart: boolean;
  readonly kernel: string;
  readonly memoryBytes: number;
  readonly hostname: string;
  readonly init: string | undefined;
  readonly arguments: readonly string[];
  /** A name the host must know, or a number. */
  readonly user: string | number;
  readonly seccomp: 'off' | 'on';
  readonly ready: 'notify' | 'mount';
  readonly dependencies: Dependencies;
  /** In the order of its devices. */
  readonly disks: readonly Disk[];
  /** Whether it is the NFS server of other guests. */
  readonly serves: boolean;
  /** Milliseconds. */
  readonly startTimeout: number;
  readonly stopTimeout: number;
  readonly network: {
    /** The network's name, as Desired.bridges has it. */
    readonly bridge: string;
    /** Written or picked; undefined where only a server on the network knows it. */
    readonly address: string | undefined;
    /** The one it makes itself from the network's prefix and its MAC address; undefined without IPv6 there. */
    readonly ipv6: string | undefined;
    readonly server: string;
    readonly gateway: string | undefined;
    readonly netmask: string;
    readonly device: string | undefined;
    readonly autoconf: 'off' | 'dhcp' | 'bootp' | 'rarp';
    /** The address comes by DHCP or BOOTP of this host. */
    readonly leased: boolean;
    readonly dns: readonly string[];
    readonly ntp: string | undefined;
    readonly transport: 'auto' | 'vector' | 'tuntap';
    readonly mac: string;
    readonly tap: string;
    /** Whether it may send nothing but what is its own. */
    readonly guarded: boolean;
  };
  readonly root: NfsMount;
  /** Whether its root is tailored before it starts. */
  readonly tailor: boolean;
  readonly health: {
    readonly interval: number;
    readonly timeout: number;
    readonly threshold: number;
    readonly tcpPort: number | undefined;
  };
  readonly restart: {
    readonly policy: 'always' | 'on-failure' | 'no';
    readonly delay: number;
    readonly maxDelay: number;
    readonly burst: number;
    readonly burstInterval: number;
  };
}

export interface Desired {
  /** By the network's name. */
  readonly bridges: ReadonlyMap<string, BridgeWanted>;
  /** By network: what dnsmasq is to serve there. */
  readonly names: ReadonlyMap<string, NamesWanted>;
  /** The guests that the host itself is to know by name. */
  readonly hostNames: readonly HostLine[];
  readonly exporter: 'auto' | 'exportfs' | 'ganesha' | 'none';
  readonly guests: ReadonlyMap<string, GuestWanted>;
  /** By tap name. */
  readonly taps: ReadonlyMap<string, TapWanted>;
  /** Servers other than this host on which exports are made, by id. */
  readonly servers: ReadonlyMap<string, ServerWanted>;
  /** By tap name: those of guests that are guarded. */
  readonly guards: ReadonlyMap<string, GuardWanted>;
  readonly beyond: BeyondWanted;
  /** By guest name. */
  readonly exports: ReadonlyMap<string, ExportWanted>;
  /** How many guests may boot at a time; undefined for what suits the host's processors. */
  readonly parallelStarts?: number | undefined;
  /** Guests with a definition that cannot be used, and no good one before it: what there is of them stays. */
  readonly held?: ReadonlySet<string>;
  /** Templates (`lab@`) with an error: what there is of any instance stays. */
  readonly heldTemplates?: ReadonlySet<string>;
  /** True where not every definition could be read: then nothing is taken for removed. */
  readonly incomplete?: boolean;
  /** True while the daemon ends and takes its guests with it: all are stopped, none is started. */
  readonly ending?: boolean;
}
