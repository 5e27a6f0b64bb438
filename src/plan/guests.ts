import type { Desired, GuestWanted } from '../model/desired.ts';
import type { EndReason, GuestSeen, Observed, ProcessSeen, StopPhase } from '../model/observed.ts';
import { canWait, modulesFor, modulesKey } from './modules.ts';
import { leaseProblem } from './names.ts';
import { endsWith, type Order, serverReadyAt } from './order.ts';
import { wantsRunning } from './state.ts';
import type { Step } from './step.ts';
import { nextPhase, phaseLimit } from './stop-phases.ts';

/** How often (ms) a guest that cannot start is looked at again, for causes that send no event. */
const blockedRetry = 2_000;

/**
 * How long (ms) a ready guest's tap may be without a holder: a guest that powers off lets go of it first, and its
 * process takes a while to end after that.
 */
const carrierGrace = 2_000;

/** How long (ms) after its server is ready again a guest may take to go on: clients ask with growing delays. */
const rideOut = 120_000;

export interface Launch {
  readonly argv: readonly string[];
}

export interface StopCause {
  readonly phase: StopPhase;
  readonly reason: EndReason;
  readonly why: string;
  /** It is not to start again by itself. */
  readonly final?: boolean;
}

export function wait(guest: string, until: number, why: string): Step {
  return { kind: 'wait', guest, until, why };
}

/** What may differ without a restart: once a guest is up, nothing is left of its initramfs. */
function comparable(argv: readonly string[]): readonly string[] {
  return argv.filter((word) => !/^init(rd|ramfs_async)=/.test(word));
}

/** The words by which a running guest differs from its definition; empty where it need not restart. */
export function differences(running: readonly string[], wanted: readonly string[]): readonly string[] {
  const before = new Set(comparable(running));
  const after = comparable(wanted);
  const missing = after.filter((word) => !before.has(word) && !canWait(word, false));
  const kept = new Set(after);
  const extra = [...before].filter((word) => !kept.has(word) && !canWait(word, true));
  return missing.length > 0 ? missing : extra;
}

/** When a guest that does not hold its tap has had its time; undefined while it holds it. */
function tapLostAt(seen: GuestSeen, wanted: GuestWanted, observed: Observed): number | undefined {
  const idleSince = observed.taps.get(wanted.network.tap)?.idleSince;
  if (seen.readyAt === undefined || idleSince === undefined) return undefined;
  return Math.max(seen.readyAt, idleSince) + carrierGrace;
}

function waitsForServer(wanted: GuestWanted, observed: Observed): boolean {
  return wanted.dependencies.server !== undefined && serverReadyAt(wanted, observed) === undefined;
}

/** Until when a guest has to be ready. The time begins anew with a guest that its root is on. */
function startDeadline(wanted: GuestWanted, process: ProcessSeen, observed: Observed): number {
  if (waitsForServer(wanted, observed)) return Number.POSITIVE_INFINITY;
  return (
    Math.max(process.startedAt, serverReadyAt(wanted, observed) ?? process.startedAt) + wanted.startTimeout
  );
}

/** Whether a guest's programs may still wait for the server that their root is on. */
function ridesOut(wanted: GuestWanted, observed: Observed, now: number): boolean {
  if (waitsForServer(wanted, observed)) return true;
  const since = serverReadyAt(wanted, observed);
  return since !== undefined && now < since + rideOut;
}

/** Why a running guest must end, most urgent first. */
export function stopCause(
  wanted: GuestWanted | undefined,
  seen: GuestSeen,
  process: ProcessSeen,
  launch: Launch | undefined,
  desired: Desired,
  observed: Observed,
  now: number,
): StopCause | undefined {
  const orderly = (why: string): StopCause => ({ phase: 'ctrl-alt-del', reason: 'stopped', why });
  if (desired.ending) return orderly('the daemon ends');
  if (wanted === undefined) return orderly('its definition was removed');
  if (seen.intent === 'stop') return orderly('an operator stopped it');
  if (seen.intent === 'restart') return orderly('an operator restarts it');
  const ended = endsWith(wanted, desired, observed);
  if (ended !== undefined) {
    const does = ended.intent === 'stop' ? 'stopped' : 'restarts';
    const why = `an operator ${does} guest ${ended.guest}, which it needs`;
    return { ...orderly(why), final: ended.intent === 'stop' };
  }
  if (seen.readyAt === undefined && now >= startDeadline(wanted, process, observed)) {
    const seconds = Math.round(wanted.startTimeout / 1000);
    return { phase: 'term', reason: 'start-timeout', why: `it was not ready within ${seconds} s` };
  }
  const hangs = wanted.health.interval > 0 && seen.health.failures >= wanted.health.threshold;
  if (hangs && !(seen.health.kernelAnswers && ridesOut(wanted, observed, now))) {
    const error = seen.health.lastError ?? 'no answer';
    return {
      // A kernel that answers can write what it has in memory.
      phase: seen.health.kernelAnswers ? 'sync' : 'kill',
      reason: 'hang',
      why: `${seen.health.failures} health checks in a row failed: ${error}`,
    };
  }
  if (now >= (tapLostAt(seen, wanted, observed) ?? Number.POSITIVE_INFINITY)) {
    return { phase: 'halt', reason: 'crash', why: `its tap ${wanted.network.tap} was deleted and made anew` };
  }
  const uid = desired.taps.get(wanted.network.tap)?.uid;
  if (uid !== undefined && uid !== process.uid) return orderly(`it runs as user ${process.uid}, not ${uid}`);
  const changed = launch === undefined ? [] : differences(process.argv, launch.argv);
  if (changed.length > 0) return orderly(`its definition changed: ${changed.join(' ')}`);
  return undefined;
}

/** A guest on its way down: the next phase when this one had its time. */
function continueStop(name: string, seen: GuestSeen, stopTimeout: number, now: number): Step[] {
  const { stop } = seen;
  if (stop === undefined) return [];
  const due = stop.since + phaseLimit(stop.phase, stopTimeout);
  if (now < due) return [wait(name, due, `it has until then for ${stop.phase}`)];
  const phase = nextPhase(stop.phase);
  return [
    {
      kind: 'guest.stop',
      guest: name,
      phase,
      reason: stop.reason,
      why: `${stop.phase} did not end it (${stop.cause})`,
    },
  ];
}

/** The steps for a guest that has a process. */
export function planRunning(
  name: string,
  desired: Desired,
  seen: GuestSeen,
  process: ProcessSeen,
  launch: Launch | undefined,
  observed: Observed,
  order: Order,
  now: number,
): Step[] {
  const wanted = desired.guests.get(name);
  if (seen.stop !== undefined) return continueStop(name, seen, wanted?.stopTimeout ?? 30_000, now);
  const cause = stopCause(wanted, seen, process, launch, desired, observed, now);
  if (cause !== undefined) return holdStop(name, cause, order) ?? [stopStep(name, cause)];
  if (wanted !== undefined && seen.readyAt === undefined) {
    const { server } = wanted.dependencies;
    if (server !== undefined && waitsForServer(wanted, observed)) {
      const why = `guest ${server}, which its root is on, is not ready`;
      return [{ kind: 'await', guest: name, needs: `guest ${server}`, why }];
    }
    return [wait(name, startDeadline(wanted, process, observed), 'it has until then to become ready')];
  }
  const lostAt = wanted === undefined ? undefined : tapLostAt(seen, wanted, observed);
  return lostAt === undefined ? [] : [wait(name, lostAt, 'it has until then to hold its tap, or to end')];
}

function stopStep(guest: string, { phase, reason, why }: StopCause): Step {
  return { kind: 'guest.stop', guest, phase, reason, why };
}

/** An orderly stop waits for guests that stop first. */
export function holdStop(guest: string, { phase, why }: StopCause, order: Order): Step[] | undefined {
  const needs = phase === 'ctrl-alt-del' ? order.stopsFirst(guest) : undefined;
  if (needs === undefined) return undefined;
  return [{ kind: 'await', guest, needs: `guest ${needs}`, why: `guest ${needs} stops before it (${why})` }];
}

/** What keeps a guest from its start for another guest's sake. */
export function holdStart(wanted: GuestWanted, order: Order, now: number): Step[] | undefined {
  const hold = order.hold(wanted);
  if (hold === undefined) return undefined;
  const { name } = wanted;
  if (!hold.blocked) return [{ kind: 'await', guest: name, needs: `guest ${hold.needs}`, why: hold.why }];
  return [
    { kind: 'blocked', guest: name, why: hold.why },
    wait(name, now + blockedRetry, 'it is looked at again then'),
  ];
}

/** Why a guest that should run cannot be started, whatever is done on this host. */
export function obstacle(wanted: GuestWanted, observed: Observed): string | undefined {
  const kernel = observed.kernels.get(wanted.kernel);
  if (kernel !== undefined && !kernel.ok) return kernel.problem;
  const lease = leaseProblem(wanted, observed);
  if (lease !== undefined) return lease;
  const root = observed.roots.get(wanted.name);
  if (root === undefined) return undefined;
  if (root.problem !== undefined) return root.problem;
  if (!root.exists && wanted.root.clone === undefined) {
    return `cannot start guest ${wanted.name}: its root ${wanted.root.directory} does not exist; make it, or set Directory= or Clone= in [Root]`;
  }
  return undefined;
}

/** The steps for a guest without a process; `launch` is undefined while something of it is not known yet. */
export function planIdle(
  wanted: GuestWanted,
  seen: GuestSeen,
  launch: Launch | undefined,
  launchProblem: string | undefined,
  observed: Observed,
  order: Order,
  now: number,
): Step[] {
  const name = wanted.name;
  if (seen.quarantined || !wantsRunning(wanted, seen)) return [];
  const blocked = obstacle(wanted, observed) ?? launchProblem;
  if (blocked !== undefined) {
    return [
      { kind: 'blocked', guest: name, why: blocked },
      wait(name, now + blockedRetry, 'it is looked at again then'),
    ];
  }
  if (seen.notBefore !== undefined && now < seen.notBefore) {
    return [
      wait(name, seen.notBefore, `it is not restarted before, after ${seen.end?.reason ?? 'a failure'}`),
    ];
  }
  return holdStart(wanted, order, now) ?? planPreparation(wanted, launch, observed, startReason(seen));
}

/** What a guest's start takes, and the start itself once all of it is known. */
export function planPreparation(
  wanted: GuestWanted,
  launch: Launch | undefined,
  observed: Observed,
  why: string,
): Step[] {
  const { name } = wanted;
  const steps: Step[] = [];
  const root = observed.roots.get(name);
  const { directory, clone } = wanted.root;
  if (root?.exists === false && clone !== undefined) {
    if (root.cloning) return [{ kind: 'queue', guest: name, why: `its root is cloned from ${clone}` }];
    return [{ kind: 'root.clone', guest: name, directory, from: clone, why: `there is no ${directory} yet` }];
  }
  if (wanted.tailor && root !== undefined && !root.tailored) {
    steps.push({
      kind: 'root.tailor',
      guest: name,
      directory,
      wanted,
      why: 'the root lacks what umlnfs puts into it',
    });
  }
  const kernel = observed.kernels.get(wanted.kernel);
  if (kernel?.ok && kernel.caps.nfsRoot === 'initramfs') {
    const modules = modulesFor(wanted, kernel.caps);
    const why = 'the kernel has NFS only as modules';
    if (!kernel.initramfs.has(modulesKey(modules))) {
      return [...steps, { kind: 'initramfs.build', kernel: wanted.kernel, modules, why }];
    }
  }
  if (launch !== undefined) {
    steps.push({ kind: 'guest.start', guest: name, wanted, argv: launch.argv, why });
  }
  return steps;
}

function startReason(seen: GuestSeen): string {
  if (seen.end !== undefined) return `it ended: ${seen.end.reason}`;
  return seen.intent === 'start' ? 'an operator started it' : 'its definition says so';
}
