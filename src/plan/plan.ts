import type { Desired, ExportWanted, GuestWanted } from '../model/desired.ts';
import { messageOf } from '../model/error.ts';
import type { GuestSeen, Observed, ProcessSeen } from '../model/observed.ts';
import { planBeyond } from './beyond.ts';
import { kernelCommandLine } from './command-line.ts';
import { defaultVersion, mountDirectory } from './exported.ts';
import { planExport, planExporter, planLostExport, planStaleExports } from './exports.ts';
import { planFilter } from './filter.ts';
import { type Launch, planIdle, planRunning, stopCause } from './guests.ts';
import { isHeld } from './held.ts';
import { modulesFor, modulesKey } from './modules.ts';
import { answering, planHosts, planNames } from './names.ts';
import { planBridges, planStaleBridges, planStaleTaps, planTap } from './network.ts';
import { Order } from './order.ts';
import { planServerExport, planStaleServerExports } from './server-exports.ts';
import { type Failures, waitingFailures } from './shared-failures.ts';
import { isToBegin, wantsRunning } from './state.ts';
import type { Step } from './step.ts';
import { inTurns } from './turns.ts';
import { planUnit, planUnitFiles } from './units.ts';
import { unseen } from './unseen.ts';

export { unseen } from './unseen.ts';

/**
 * What to do now to bring what is (`observed`) to what should be (`desired`), in order. Pure: the same
 * arguments give the same steps, and nothing is done. Steps that carry no `guest` come before those that need
 * them; the steps of one guest depend on each other in order, those of different guests do not.
 *
 * @param now milliseconds on the monotonic clock
 */
export function plan(desired: Desired, observed: Observed, now: number): Step[] {
  const steps: Step[] = [];
  const failed = waitingFailures(observed, now);
  steps.push(...failed.waits);
  const launched = launches(desired, observed);
  const named = answering(desired, observed.kernels);
  const shared = [
    ...planUnitFiles(desired, observed),
    ...planFilter(desired, observed, (wanted) => launched(wanted).launch),
    ...planBridges(desired, observed),
    ...planNames(named, observed),
    ...planStaleBridges(desired, observed),
    ...planBeyond(desired, observed),
    ...planHosts(named, observed),
    ...(hasBridge(desired, observed, failed) ? planExporter(desired, observed) : []),
  ];
  steps.push(...shared.filter((step) => !failed.includes(step)));
  const order = new Order(desired, observed, leaving(desired, observed, launched, now));
  for (const wanted of desired.guests.values()) {
    steps.push(...planGuest(wanted, launched(wanted), desired, observed, order, failed, now));
  }
  for (const [name, seen] of observed.guests) {
    if (desired.guests.has(name) || isHeld(desired, name)) continue;
    if (isWaiting(seen, now)) {
      steps.push(waitForRetry(name, seen, now));
    } else if (seen.unit !== undefined) {
      steps.push(...planUnit(name, desired, seen, seen.unit, notLaunched, observed, order, now));
    } else if (seen.process === undefined) {
      steps.push({ kind: 'guest.forget', guest: name, why: 'it has no definition and no process' });
    } else {
      steps.push(...planRunning(name, desired, seen, seen.process, undefined, observed, order, now));
    }
  }
  const stale = planStaleTaps(desired, observed);
  if (observed.exporter.running) stale.push(...planStaleExports(desired, observed));
  stale.push(...planStaleServerExports(desired, observed, now));
  const left = (step: Step) =>
    'guest' in step && (isHeld(desired, step.guest) || isWaiting(observed.guests.get(step.guest), now));
  const all = oneBuildEach([...steps, ...stale.filter((step) => !left(step))], failed);
  return inTurns(all, desired, observed, now);
}

/** Guests with the same kernel and the same needs share an initramfs. */
function oneBuildEach(steps: readonly Step[], failed: Failures): Step[] {
  const builds = new Set<string>();
  return steps.filter((step) => {
    if (step.kind !== 'initramfs.build') return true;
    const build = `${step.kernel} ${modulesKey(step.modules)}`;
    if (failed.includes(step) || builds.has(build)) return false;
    builds.add(build);
    return true;
  });
}

/** Whether any guest's bridge is there or is tried: the NFS server needs an address to listen on. */
function hasBridge(desired: Desired, observed: Observed, failed: Failures): boolean {
  return [...desired.guests.values()].some(({ network }) => {
    const bridge = desired.bridges.get(network.bridge);
    if (bridge === undefined) return false;
    return !failed.includes({ kind: 'bridge.ensure', bridge, why: '' }) || observed.bridges.has(bridge.name);
  });
}

/** After a failed step a guest is left alone for a while. */
function isWaiting(seen: GuestSeen | undefined, now: number): boolean {
  return seen?.retryAt !== undefined && now < seen.retryAt;
}

function waitForRetry(guest: string, seen: GuestSeen, now: number): Step {
  const why = `the last step for it failed: ${seen.problem ?? 'no reason given'}`;
  return { kind: 'wait', guest, until: seen.retryAt ?? now, why };
}

function planGuest(
  wanted: GuestWanted,
  { launch, problem }: Launched,
  desired: Desired,
  observed: Observed,
  order: Order,
  failed: Failures,
  now: number,
): Step[] {
  const seen = observed.guests.get(wanted.name) ?? unseen;
  const running = (process: ProcessSeen) =>
    seen.unit === undefined
      ? planRunning(wanted.name, desired, seen, process, launch, observed, order, now)
      : planUnit(wanted.name, desired, seen, seen.unit, { launch, problem }, observed, order, now);
  if (isWaiting(seen, now)) {
    return [
      waitForRetry(wanted.name, seen, now),
      ...(seen.process === undefined ? [] : running(seen.process)),
    ];
  }
  const steps: Step[] = [];
  const tap = desired.taps.get(wanted.network.tap);
  if (tap !== undefined && !failed.unguard(wanted)) steps.push(...planTap(tap, observed));
  const exported = desired.exports.get(wanted.name);
  const unmounted = planMount(wanted, seen, desired, observed);
  if (unmounted !== undefined) return [...steps, ...unmounted];
  // Without a directory there is nothing to export; the guest's own steps say so.
  const { ready, steps: exporting } = planExportOf(wanted, exported, observed, now);
  // What is in the way of an export is in the way of a guest that is to have it.
  const mayStart = seen.process !== undefined || startsSoon(wanted, seen);
  steps.push(...exporting.filter(({ kind }) => mayStart || kind !== 'blocked'));
  if (seen.process !== undefined) {
    steps.push(...running(seen.process));
  } else if (!failed.hold(wanted) && !desired.ending && ready) {
    steps.push(
      ...(seen.unit === undefined
        ? planIdle(wanted, seen, launch, problem, observed, order, now)
        : planUnit(wanted.name, desired, seen, seen.unit, { launch, problem }, observed, order, now)),
    );
  }
  return steps;
}

function planExportOf(
  wanted: GuestWanted,
  exported: ExportWanted | undefined,
  observed: Observed,
  now: number,
): { readonly steps: readonly Step[]; readonly ready: boolean } {
  if (exported === undefined) return { steps: [], ready: true };
  if (exported.server !== undefined) return planServerExport(exported, exported.server, observed, now);
  const { running } = observed.exporter;
  // Without a directory there is nothing to export; the guest's own steps say so.
  if (!running || observed.roots.get(wanted.name)?.exists === false) {
    const remade = running && wanted.root.clone !== undefined;
    return { steps: remade ? planLostExport(exported, observed) : [], ready: running };
  }
  return { steps: planExport(exported, observed), ready: true };
}

/** Whether a guest without a process is to have one, its unit starting included. */
function startsSoon(wanted: GuestWanted, seen: GuestSeen): boolean {
  const { unit } = seen;
  if (unit === undefined) return !seen.quarantined && wantsRunning(wanted, seen);
  return unit.preparing || unit.job || isToBegin(wanted, seen, unit);
}

export interface Launched {
  readonly launch: Launch | undefined;
  /** Why there is none, where that is known. */
  readonly problem: string | undefined;
}

const notLaunched: Launched = { launch: undefined, problem: undefined };

/** {@link launchOf}, once for each guest. */
function launches(desired: Desired, observed: Observed): (wanted: GuestWanted) => Launched {
  const known = new Map<string, Launched>();
  return (wanted) => {
    const launched = known.get(wanted.name) ?? launchOf(wanted, desired, observed);
    known.set(wanted.name, launched);
    return launched;
  };
}

/** Whether a guest that has a process is to end, or ends already. */
function leaving(
  desired: Desired,
  observed: Observed,
  launched: (wanted: GuestWanted) => Launched,
  now: number,
): (name: string) => boolean {
  return (name) => {
    const seen = observed.guests.get(name);
    if (seen?.process === undefined || isHeld(desired, name)) return false;
    if (seen.stop !== undefined || seen.unit?.active === 'deactivating') return true;
    const wanted = desired.guests.get(name);
    const launch = wanted === undefined ? undefined : launched(wanted).launch;
    return stopCause(wanted, seen, seen.process, launch, desired, observed, now) !== undefined;
  };
}

/** The command line the guest would be started with now; undefined while its kernel is not known. */
export function launchOf(wanted: GuestWanted, desired: Desired, observed: Observed): Launched {
  const kernel = observed.kernels.get(wanted.kernel);
  if (kernel === undefined || !kernel.ok) return { launch: undefined, problem: undefined };
  const exported = desired.exports.get(wanted.name);
  const elsewhere = exported?.server === undefined ? 'none' : 'exportfs';
  const kind = wanted.root.local ? observed.exporter.kind : elsewhere;
  const version = wanted.root.versionGiven ? versionOf(wanted) : defaultVersion(kind);
  // Who exports it by hand may have another server.
  const ours = exported !== undefined && kind === 'ganesha';
  if (ours && (version.startsWith('3') || wanted.root.options.includes('proto=udp'))) {
    const problem = `cannot start guest ${wanted.name}: NFS-Ganesha serves NFS version 4 over TCP here; leave Version= and Protocol= of [Root] out, or use the kernel's server (Exporter=exportfs)`;
    return { launch: undefined, problem };
  }
  const directory = exported === undefined ? wanted.root.directory : mountDirectory(kind, exported, version);
  const own = `${observed.guestsDirectory}/${wanted.name}`;
  try {
    const argv = kernelCommandLine({
      guest: wanted,
      caps: kernel.caps,
      initramfs: kernel.initramfs.get(modulesKey(modulesFor(wanted, kernel.caps))),
      mount: { directory, defaultVersion: defaultVersion(kind) },
      paths: { umlDir: `${own}/uml`, notify: `${own}/notify`, hostfsJail: `${own}/empty` },
    });
    return { launch: { argv: [wanted.kernel, ...argv] }, problem: undefined };
  } catch (error) {
    return { launch: undefined, problem: messageOf(error) };
  }
}

/**
 * Nothing is exported from, written to or started from the empty directory beneath. It is mounted for a guest that
 * is to run: who makes the root of a stopped one anew, or repairs its file system, has it to himself.
 */
function planMount(
  wanted: GuestWanted,
  seen: GuestSeen,
  desired: Desired,
  observed: Observed,
): readonly Step[] | undefined {
  const root = observed.roots.get(wanted.name);
  if (root?.mounted !== false || seen.process !== undefined || desired.ending) return undefined;
  if (!startsSoon(wanted, seen)) return [];
  const { directory } = wanted.root;
  const why = 'it is a mount point, and nothing is mounted there';
  return [{ kind: 'root.mount', guest: wanted.name, directory, why }];
}

function versionOf(wanted: GuestWanted): string {
  return wanted.root.options.find((option) => option.startsWith('vers='))?.slice('vers='.length) ?? '';
}
