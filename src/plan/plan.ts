import type { Desired, GuestWanted } from '../model/desired.ts';
import { messageOf } from '../model/error.ts';
import type { GuestSeen, Observed, ProcessSeen, SharedFailure } from '../model/observed.ts';
import { kernelCommandLine } from './command-line.ts';
import { defaultVersion, mountDirectory } from './exported.ts';
import { planExport, planExporter, planStaleExports } from './exports.ts';
import { type Launch, planIdle, planRunning } from './guests.ts';
import { planBridge, planStaleBridges, planStaleTaps, planTap } from './network.ts';
import type { Step } from './step.ts';
import { planUnit, planUnitFiles } from './units.ts';

/** A guest that nothing is known of yet: defined, and never started under this daemon's eyes. */
export const unseen: GuestSeen = {
  process: undefined,
  readyAt: undefined,
  health: { failures: 0, lastOkAt: undefined, lastError: undefined },
  stop: undefined,
  end: undefined,
  intent: 'auto',
  restartTimes: [],
  restarts: 0,
  notBefore: undefined,
  quarantined: false,
  problem: undefined,
  retryAt: undefined,
};

/**
 * What to do now to bring what is (`observed`) to what should be (`desired`), in order. Pure: the same
 * arguments give the same steps, and nothing is done. Steps that carry no `guest` come before those that need
 * them; the steps of one guest depend on each other in order, those of different guests do not.
 *
 * @param now milliseconds on the monotonic clock
 */
export function plan(desired: Desired, observed: Observed, now: number): Step[] {
  const steps: Step[] = [];
  const failed = waitingShared(observed, now);
  if (failed !== undefined) {
    const why = `the last try failed: ${failed.problem}`;
    steps.push({ kind: 'wait', guest: '', until: failed.retryAt, why });
  }
  if (failed?.step !== 'units.configure') steps.push(...planUnitFiles(desired, observed));
  if (desired.guests.size > 0 && failed?.step !== 'bridge.ensure') {
    steps.push(...planBridge(desired, observed));
    if (failed?.step !== 'bridge.remove') steps.push(...planStaleBridges(desired, observed));
    if (failed?.step !== 'exporter.start') steps.push(...planExporter(desired, observed));
  }
  for (const wanted of desired.guests.values()) {
    steps.push(...planGuest(wanted, desired, observed, now));
  }
  for (const [name, seen] of observed.guests) {
    if (desired.guests.has(name) || isHeld(desired, name)) continue;
    if (isWaiting(seen, now)) {
      steps.push(waitForRetry(name, seen, now));
    } else if (seen.unit !== undefined) {
      steps.push(...planUnit(name, desired, seen, seen.unit, notLaunched, observed, now));
    } else if (seen.process === undefined) {
      steps.push({ kind: 'guest.forget', guest: name, why: 'it has no definition and no process' });
    } else {
      steps.push(...planRunning(name, desired, seen, seen.process, undefined, observed, now));
    }
  }
  const stale = planStaleTaps(desired, observed);
  if (observed.exporter.running) stale.push(...planStaleExports(desired, observed));
  const left = (step: Step) =>
    'guest' in step && (isHeld(desired, step.guest) || isWaiting(observed.guests.get(step.guest), now));
  return oneBuildEach([...steps, ...stale.filter((step) => !left(step))], failed);
}

/** Guests with the same kernel share its initramfs. */
function oneBuildEach(steps: readonly Step[], failed: SharedFailure | undefined): Step[] {
  const kernels = new Set<string>();
  return steps.filter((step) => {
    if (step.kind !== 'initramfs.build') return true;
    if (failed?.step === 'initramfs.build' || kernels.has(step.kernel)) return false;
    kernels.add(step.kernel);
    return true;
  });
}

/** The shared step that failed and is not tried again yet. */
function waitingShared(observed: Observed, now: number): SharedFailure | undefined {
  const { sharedFailure } = observed;
  return sharedFailure !== undefined && now < sharedFailure.retryAt ? sharedFailure : undefined;
}

/** Whether no guest can start: a missing NFS server or initramfs holds up only those that need it. */
function holdsAll(observed: Observed, now: number): boolean {
  const failed = waitingShared(observed, now)?.step;
  return failed === 'bridge.ensure' || failed === 'units.configure';
}

/** Whether a guest without a usable definition may still have one, so that nothing of it is removed. */
function isHeld(desired: Desired, guest: string): boolean {
  return !desired.guests.has(guest) && (desired.incomplete === true || desired.held?.has(guest) === true);
}

/** After a failed step a guest is left alone for a while. */
function isWaiting(seen: GuestSeen | undefined, now: number): boolean {
  return seen?.retryAt !== undefined && now < seen.retryAt;
}

function waitForRetry(guest: string, seen: GuestSeen, now: number): Step {
  const why = `the last step for it failed: ${seen.problem ?? 'no reason given'}`;
  return { kind: 'wait', guest, until: seen.retryAt ?? now, why };
}

function planGuest(wanted: GuestWanted, desired: Desired, observed: Observed, now: number): Step[] {
  const seen = observed.guests.get(wanted.name) ?? unseen;
  const { launch, problem } = launchOf(wanted, desired, observed);
  const running = (process: ProcessSeen) =>
    seen.unit === undefined
      ? planRunning(wanted.name, desired, seen, process, launch, observed, now)
      : planUnit(wanted.name, desired, seen, seen.unit, { launch, problem }, observed, now);
  if (isWaiting(seen, now)) {
    return [
      waitForRetry(wanted.name, seen, now),
      ...(seen.process === undefined ? [] : running(seen.process)),
    ];
  }
  const steps: Step[] = [];
  const tap = desired.taps.get(wanted.network.tap);
  if (tap !== undefined) steps.push(...planTap(tap, observed));
  const exported = desired.exports.get(wanted.name);
  // Without a directory there is nothing to export; the guest's own steps say so.
  if (
    exported !== undefined &&
    observed.roots.get(wanted.name)?.exists !== false &&
    observed.exporter.running
  ) {
    steps.push(...planExport(exported, observed));
  }
  if (seen.process !== undefined) {
    steps.push(...running(seen.process));
  } else if (
    !holdsAll(observed, now) &&
    !desired.ending &&
    (exported === undefined || observed.exporter.running)
  ) {
    steps.push(
      ...(seen.unit === undefined
        ? planIdle(wanted, seen, launch, problem, observed, now)
        : planUnit(wanted.name, desired, seen, seen.unit, { launch, problem }, observed, now)),
    );
  }
  return steps;
}

export interface Launched {
  readonly launch: Launch | undefined;
  /** Why there is none, where that is known. */
  readonly problem: string | undefined;
}

const notLaunched: Launched = { launch: undefined, problem: undefined };

/** The command line the guest would be started with now; undefined while its kernel or initramfs is not known. */
export function launchOf(wanted: GuestWanted, desired: Desired, observed: Observed): Launched {
  const kernel = observed.kernels.get(wanted.kernel);
  if (kernel === undefined || !kernel.ok) return { launch: undefined, problem: undefined };
  if (kernel.caps.nfsRoot === 'initramfs' && kernel.initramfs === undefined) {
    return { launch: undefined, problem: undefined };
  }
  const exported = desired.exports.get(wanted.name);
  const kind = wanted.root.local ? observed.exporter.kind : 'none';
  const version = wanted.root.versionGiven ? versionOf(wanted) : defaultVersion(kind);
  if (kind === 'ganesha' && (version.startsWith('3') || wanted.root.options.includes('proto=udp'))) {
    const problem = `cannot start guest ${wanted.name}: NFS-Ganesha serves NFS version 4 over TCP here; leave Version= and Protocol= of [Root] out, or use the kernel's server (Exporter=exportfs)`;
    return { launch: undefined, problem };
  }
  const directory = exported === undefined ? wanted.root.directory : mountDirectory(kind, exported, version);
  const own = `${observed.guestsDirectory}/${wanted.name}`;
  try {
    const argv = kernelCommandLine({
      guest: wanted,
      caps: kernel.caps,
      initramfs: kernel.initramfs,
      mount: { directory, defaultVersion: defaultVersion(kind) },
      journal: observed.unitFiles !== undefined,
      paths: { umlDir: `${own}/uml`, notify: `${own}/notify`, hostfsJail: `${own}/empty` },
    });
    return { launch: { argv: [wanted.kernel, ...argv] }, problem: undefined };
  } catch (error) {
    return { launch: undefined, problem: messageOf(error) };
  }
}

function versionOf(wanted: GuestWanted): string {
  return wanted.root.options.find((option) => option.startsWith('vers='))?.slice('vers='.length) ?? '';
}
