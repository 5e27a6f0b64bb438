import { availableParallelism } from 'node:os';
import type { IpFamily } from '../model/beyond.ts';
import type { Desired, GuestWanted } from '../model/desired.ts';
import { explained } from '../model/error.ts';
import type { Family, TableSeen } from '../model/filter/table.ts';
import type {
  BridgeSeen,
  ExporterSeen,
  GuestSeen,
  KernelCaps,
  KernelSeen,
  NamesSeen,
  Observed,
  PortSeen,
  RootSeen,
  RouteSeen,
  SharedFailure,
  TapSeen,
} from '../model/observed.ts';
import type { Backing } from '../model/rootfs/backing.ts';
import type { ServerSeen } from '../model/server.ts';
import type { UnitFilesSeen } from '../model/units.ts';
import { modulesFor, modulesKey } from '../plan/modules.ts';
import { answering } from '../plan/names.ts';

/** Where reality is read. Each may throw; what cannot be read of one guest becomes that guest's problem. */
export interface Sources {
  links(): Promise<{
    bridges: ReadonlyMap<string, BridgeSeen>;
    taps: ReadonlyMap<string, TapSeen>;
    ports: ReadonlyMap<string, PortSeen>;
  }>;
  routes(): Promise<readonly RouteSeen[]>;
  forwards(): Promise<readonly IpFamily[]>;
  tables(): Promise<ReadonlyMap<Family, TableSeen>>;
  exporter(): Promise<ExporterSeen>;
  names(wanted: Desired['names']): Promise<NamesSeen>;
  hostNames(): Promise<readonly string[] | undefined>;
  /** What is known of the other servers: nobody waits for them. */
  servers(desired: Desired): ReadonlyMap<string, ServerSeen>;
  kernel(path: string): Promise<KernelCaps>;
  /** The path of the kernel's initramfs with more modules than those for the root, if it is built. */
  initramfs(kernel: string, caps: KernelCaps, modules: readonly string[]): Promise<string | undefined>;
  /** What all roots have beneath them. */
  backings(): Promise<readonly Backing[]>;
  root(guest: GuestWanted, backings: readonly Backing[]): Promise<RootSeen>;
  guests(): ReadonlyMap<string, GuestSeen>;
  sharedFailures(): readonly SharedFailure[];
  /** Undefined where systemd does not run the guests. */
  unitFiles(): Promise<UnitFilesSeen | undefined>;
  readonly guestsDirectory: string;
}

/** Reads all that the planner needs. Roots are read only for guests without a process: only a start needs them. */
export async function observe(desired: Desired, sources: Sources): Promise<Observed> {
  const guests = sources.guests();
  const asked = observeKernels(desired, sources);
  const [links, tables, routes, forwards, exporter, names, hostNames, kernels, roots, unitFiles] =
    await Promise.all([
      sources.links(),
      sources.tables(),
      sources.routes(),
      sources.forwards(),
      sources.exporter(),
      asked.then((kernels) => sources.names(answering(desired, kernels).names)),
      sources.hostNames(),
      asked,
      observeRoots(desired, guests, sources),
      sources.unitFiles(),
    ]);
  const taps = new Map(
    [...links.taps].filter(([name, tap]) => tap.guest !== undefined || desired.taps.has(name)),
  );
  const wantedPorts = new Set(desired.beyond.ports.map((port) => port.interface));
  const wantedBridges = new Set([...desired.bridges.values()].map(({ name }) => name));
  return {
    bridges: new Map([...links.bridges].filter(([name, bridge]) => bridge.ours || wantedBridges.has(name))),
    taps,
    tables,
    ports: new Map([...links.ports].filter(([name, { ours }]) => ours || wantedPorts.has(name))),
    routes,
    forwards,
    exporter,
    names,
    hostNames,
    servers: sources.servers(desired),
    kernels,
    roots,
    // After the slow readings: what came meanwhile is known already.
    guests: sources.guests(),
    sharedFailures: sources.sharedFailures(),
    guestsDirectory: sources.guestsDirectory,
    cpus: availableParallelism(),
    unitFiles,
  };
}

async function observeKernels(desired: Desired, sources: Sources): Promise<Map<string, KernelSeen>> {
  const guests = [...desired.guests.values()];
  const seen = new Map<string, KernelSeen>();
  await Promise.all(
    [...new Set(guests.map(({ kernel }) => kernel))].map(async (path) => {
      const users = guests.filter(({ kernel }) => kernel === path);
      seen.set(path, await observeKernel(path, users, sources));
    }),
  );
  return seen;
}

async function observeKernel(
  path: string,
  guests: readonly GuestWanted[],
  sources: Sources,
): Promise<KernelSeen> {
  try {
    const caps = await sources.kernel(path);
    const built = new Map<string, string>();
    if (caps.nfsRoot === 'builtin') return { ok: true, caps, initramfs: built };
    const needs = new Map(
      guests.map((guest) => modulesFor(guest, caps)).map((modules) => [modulesKey(modules), modules]),
    );
    for (const [key, modules] of needs) {
      const image = await sources.initramfs(path, caps, modules);
      if (image !== undefined) built.set(key, image);
    }
    return { ok: true, caps, initramfs: built };
  } catch (error) {
    return { ok: false, problem: explained(error) };
  }
}

async function observeRoots(
  desired: Desired,
  guests: ReadonlyMap<string, GuestSeen>,
  sources: Sources,
): Promise<Map<string, RootSeen>> {
  const seen = new Map<string, RootSeen>();
  const idle = [...desired.guests.values()].filter(
    ({ name, root }) => root.local && guests.get(name)?.process === undefined,
  );
  if (idle.length === 0) return seen;
  const backings = await sources.backings();
  await Promise.all(
    idle.map(async (guest) => {
      try {
        seen.set(guest.name, await sources.root(guest, backings));
      } catch (error) {
        seen.set(guest.name, { exists: true, tailored: false, problem: explained(error) });
      }
    }),
  );
  return seen;
}
