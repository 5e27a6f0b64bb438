import type { IpFamily, PortWanted, RouteWanted } from '../model/beyond.ts';
import type { BridgeWanted, ExportWanted, GuestWanted, TapWanted } from '../model/desired.ts';
import type { Family, TableWanted } from '../model/filter/table.ts';
import type { NamesWanted } from '../model/names.ts';
import type { EndReason, RouteSeen, StopPhase } from '../model/observed.ts';

/** One thing to do. `why` is for people: it completes the sentence "… because WHY". */
export type Step = { readonly why: string } & (
  | {
      readonly kind: 'bridge.ensure';
      readonly bridge: BridgeWanted;
      /** Addresses that it is to have no more, as `ADDRESS/PREFIX`. */
      readonly remove?: readonly string[];
    }
  /** Names, DHCP and router advertisements by dnsmasq on one bridge. */
  | { readonly kind: 'names.serve'; readonly names: NamesWanted }
  | { readonly kind: 'names.end'; readonly network: string }
  /** The guests' names in the host's hosts file. */
  | { readonly kind: 'hosts.write'; readonly lines: readonly string[] }
  /** A bridge that umlnfs made, and that has another name now. */
  | { readonly kind: 'bridge.remove'; readonly name: string }
  /** Tables of the packet filter, all in one transaction. */
  | {
      readonly kind: 'filter.apply';
      readonly write: readonly TableWanted[];
      readonly remove: readonly Family[];
    }
  /** Plugs an interface of this host into a bridge, and takes it out again. */
  | { readonly kind: 'port.attach'; readonly port: PortWanted }
  | { readonly kind: 'port.release'; readonly interface: string }
  | { readonly kind: 'route.add'; readonly route: RouteWanted }
  | { readonly kind: 'route.remove'; readonly route: RouteSeen }
  | { readonly kind: 'forwarding.enable'; readonly families: readonly IpFamily[] }
  | { readonly kind: 'tap.ensure'; readonly guest: string; readonly tap: TapWanted }
  | { readonly kind: 'tap.remove'; readonly guest: string; readonly name: string }
  | { readonly kind: 'exporter.start'; readonly exporter: 'ganesha' | 'exportfs' }
  | { readonly kind: 'export.add'; readonly guest: string; readonly export: ExportWanted }
  | {
      readonly kind: 'export.remove';
      readonly guest: string;
      /** Undefined: this host's own. */
      readonly server?: string | undefined;
      readonly path: string;
      readonly client: string;
    }
  /** With modules besides those for the root. */
  | { readonly kind: 'initramfs.build'; readonly kernel: string; readonly modules: readonly string[] }
  /** Begins it; how far it is, is observed. */
  | { readonly kind: 'root.clone'; readonly guest: string; readonly from: string; readonly directory: string }
  /** Mount what a root has beneath it. */
  | { readonly kind: 'root.mount'; readonly guest: string; readonly directory: string }
  | {
      readonly kind: 'root.tailor';
      readonly guest: string;
      readonly directory: string;
      readonly wanted: GuestWanted;
    }
  | {
      readonly kind: 'guest.start';
      readonly guest: string;
      readonly wanted: GuestWanted;
      readonly argv: readonly string[];
    }
  | {
      readonly kind: 'guest.stop';
      readonly guest: string;
      readonly phase: StopPhase;
      readonly reason: EndReason;
    }
  /** Drop-ins for the guests' units, by guest, and those to remove; systemd reads its files once for all of them. */
  | {
      readonly kind: 'units.configure';
      readonly write: ReadonlyMap<string, string>;
      readonly remove: readonly string[];
    }
  /** Ask systemd, where it runs the guests: its jobs do the rest. */
  | { readonly kind: 'unit.stop'; readonly guest: string }
  /** What no operator asked umlnfs for gives way to what somebody asks of systemd itself. */
  | { readonly kind: 'unit.start' | 'unit.restart'; readonly guest: string; readonly byOperator: boolean }
  /** Tell systemd that the guest hangs. */
  | { readonly kind: 'unit.hang'; readonly guest: string }
  /** Have systemd forget the restarts so far. */
  | { readonly kind: 'unit.forgive'; readonly guest: string }
  /** Forget a guest that has no definition and no process any more. */
  | { readonly kind: 'guest.forget'; readonly guest: string }
  /** The guest should run and cannot: `why` is the cause, with what to do. */
  | { readonly kind: 'blocked'; readonly guest: string }
  /** It is started as soon as enough of the others that boot are ready, or its root is made. */
  | { readonly kind: 'queue'; readonly guest: string }
  /** Nothing to do for it before `needs` (`guest files`) has come up, or has ended. */
  | { readonly kind: 'await'; readonly guest: string; readonly needs: string }
  /** Nothing to do before `until` (milliseconds on the monotonic clock). */
  | { readonly kind: 'wait'; readonly guest: string; readonly until: number }
);

export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;
