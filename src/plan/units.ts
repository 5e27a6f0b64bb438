/** Guests that systemd runs: what the daemon asks of systemd, and what it prepares for it. */
import type { Desired, GuestWanted } from '../model/desired.ts';
import type { GuestSeen, Observed } from '../model/observed.ts';
import type { UnitSeen } from '../model/units.ts';
import { holdStart, holdStop, type Launch, obstacle, planPreparation, stopCause, wait } from './guests.ts';
import { isHeld } from './held.ts';
import type { Order } from './order.ts';
import type { Launched } from './plan.ts';
import type { Step } from './step.ts';
import { phaseLimit } from './stop-phases.ts';
import { unitDropIn } from './unit-file.ts';

const removed = 'its definition was removed';
/** How often (ms) a guest that cannot start is looked at again, for causes that send no event. */
const blockedRetry = 2_000;
/** How long (ms) after systemd was asked to end a guest that must have begun. */
const effectAfter = 10_000;

/** The drop-ins that are not as the definitions have them, as one step: systemd reads its files once for all. */
export function planUnitFiles(desired: Desired, observed: Observed): Step[] {
  const { unitFiles, guestsDirectory } = observed;
  if (unitFiles === undefined) return [];
  const context = { systemd: unitFiles.systemd, guestsDirectory, clients: clientsByServer(desired) };
  const write = new Map<string, string>();
  for (const wanted of desired.guests.values()) {
    const text = unitDropIn(wanted, context);
    if (unitFiles.dropIns.get(wanted.name) !== text) write.set(wanted.name, text);
  }
  const remove = [...unitFiles.dropIns.keys()].filter((name) => {
    if (desired.guests.has(name) || isHeld(desired, name)) return false;
    return isDown(observed.guests.get(name));
  });
  const { reloadOwed = false } = unitFiles;
  if (write.size === 0 && remove.length === 0 && !reloadOwed) return [];
  const why = [
    ...(reloadOwed ? ['systemd has not read what was written before'] : []),
    ...(write.size === 0 ? [] : [`${[...write.keys()].join(', ')}: the definition is new or changed`]),
    ...(remove.length === 0 ? [] : [`${remove.join(', ')}: there is no definition any more`]),
  ].join('; ');
  return [{ kind: 'units.configure', write, remove, why }];
}

/** The guests that have their root on another one, by that. */
export function clientsByServer({ guests }: Desired): ReadonlyMap<string, readonly GuestWanted[]> {
  const clients = new Map<string, GuestWanted[]>();
  for (const guest of guests.values()) {
    const { server } = guest.dependencies;
    if (server !== undefined) clients.set(server, [...(clients.get(server) ?? []), guest]);
  }
  return clients;
}

function isDown(seen: GuestSeen | undefined): boolean {
  if (seen === undefined) return true;
  if (seen.process !== undefined) return false;
  return seen.unit === undefined || atRest(seen.unit);
}

/** Nothing of it runs, and systemd is about to do nothing with it. */
function atRest(unit: UnitSeen): boolean {
  return !unit.job && (unit.active === 'inactive' || unit.active === 'failed');
}

/** The steps for a guest with a unit, whether it runs or not, and whether there still is a definition of it or not. */
export function planUnit(
  name: string,
  desired: Desired,
  seen: GuestSeen,
  unit: UnitSeen,
  { launch, problem }: Launched,
  observed: Observed,
  order: Order,
  now: number,
): Step[] {
  const wanted = desired.guests.get(name);
  if (seen.process !== undefined) return planActive(name, desired, seen, unit, launch, observed, order, now);
  if (wanted === undefined) {
    if (!atRest(unit)) return unit.job ? [] : [stop(name, removed)];
    return [{ kind: 'guest.forget', guest: name, why: 'it has no definition and no process' }];
  }
  if (seen.intent === 'stop') return atRest(unit) ? [] : [stop(name, 'an operator stopped it')];
  if (unit.preparing) {
    const blocked = obstacle(wanted, observed) ?? problem;
    if (blocked !== undefined) return [{ kind: 'blocked', guest: name, why: blocked }];
    return planPreparation(wanted, launch, observed, 'systemd starts it');
  }
  return unit.job ? [] : planStart(wanted, seen, unit, problem, observed, order, now);
}

function planStart(
  wanted: GuestWanted,
  seen: GuestSeen,
  unit: UnitSeen,
  problem: string | undefined,
  observed: Observed,
  order: Order,
  now: number,
): Step[] {
  const { name } = wanted;
  const reason = startReason(wanted, seen, unit);
  if (reason === undefined) return [];
  const blocked = obstacle(wanted, observed) ?? problem;
  if (blocked !== undefined) {
    return [
      { kind: 'blocked', guest: name, why: blocked },
      wait(name, now + blockedRetry, 'it is looked at again then'),
    ];
  }
  return holdStart(wanted, order, now) ?? [{ kind: 'unit.start', guest: name, ...reason }];
}

/** Why the daemon asks systemd to start a guest; undefined where that is for systemd and its administrator alone. */
function startReason(
  wanted: GuestWanted,
  seen: GuestSeen,
  unit: UnitSeen,
): { readonly why: string; readonly byOperator: boolean } | undefined {
  if (seen.intent === 'start' || seen.intent === 'restart') {
    // One that waits for its restart starts at once.
    const waits = unit.active === 'activating' && unit.sub.startsWith('auto-restart');
    if (!atRest(unit) && !waits) return undefined;
    if (seen.end?.reason === 'reboot') return { why: 'it rebooted itself', byOperator: false };
    return { why: 'an operator started it', byOperator: true };
  }
  if (!atRest(unit)) return undefined;
  return wanted.autostart && !unit.begun ? { why: 'its definition says so', byOperator: false } : undefined;
}

function planActive(
  name: string,
  desired: Desired,
  seen: GuestSeen,
  unit: UnitSeen,
  launch: Launch | undefined,
  observed: Observed,
  order: Order,
  now: number,
): Step[] {
  const { process } = seen;
  const wanted = desired.guests.get(name);
  // A stop, start or restart is under way, and systemd bounds each of them: only an operator comes in between.
  const underWay = unit.job || unit.active === 'deactivating';
  if (process === undefined || (underWay && (wanted === undefined || seen.intent === 'auto'))) return [];
  const { stop: asked } = seen;
  if (asked?.phase === 'sync') {
    const due = asked.since + phaseLimit('sync', 0);
    if (now < due) return [wait(name, due, `it has until then for sync: ${asked.cause}`)];
    if (seen.intent !== 'stop') return [{ kind: 'unit.hang', guest: name, why: asked.cause }];
  } else if (asked !== undefined && now < asked.since + effectAfter) {
    return [wait(name, asked.since + effectAfter, `systemd was asked to end it: ${asked.cause}`)];
  }
  const cause = stopCause(wanted, seen, process, launch, desired, observed, now);
  if (cause === undefined) return planForgiveness(name, wanted, seen, unit, now);
  // TimeoutStartSec= is systemd's.
  if (cause.reason === 'start-timeout') return [];
  if (cause.reason === 'hang') {
    const { phase, reason, why } = cause;
    // systemd kills what hangs: a kernel that answers writes what it has in memory first.
    if (phase === 'sync' && asked === undefined)
      return [{ kind: 'guest.stop', guest: name, phase, reason, why }];
    return [{ kind: 'unit.hang', guest: name, why }];
  }
  const held = holdStop(name, cause, order);
  if (held !== undefined) return held;
  if (wanted === undefined || seen.intent === 'stop' || cause.final) return [stop(name, cause.why)];
  return [{ kind: 'unit.restart', guest: name, why: cause.why, byOperator: seen.intent === 'restart' }];
}

/** A guest that has run well for BurstIntervalSec= starts with the first delay again. */
function planForgiveness(
  name: string,
  wanted: GuestWanted | undefined,
  seen: GuestSeen,
  unit: UnitSeen,
  now: number,
): Step[] {
  if (wanted === undefined || unit.restarts === 0 || seen.readyAt === undefined) return [];
  const due = seen.readyAt + wanted.restart.burstInterval;
  if (now < due) return [wait(name, due, 'its restarts are forgotten then')];
  return [{ kind: 'unit.forgive', guest: name, why: 'it has run well for long enough' }];
}

function stop(guest: string, why: string): Step {
  return { kind: 'unit.stop', guest, why };
}
