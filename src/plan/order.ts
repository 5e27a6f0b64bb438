/** In which order guests start and stop that say something of each other. */
import type { Desired, GuestWanted } from '../model/desired.ts';
import type { GuestSeen, Observed } from '../model/observed.ts';
import { rootServerOf, runningAddresses } from '../model/running-address.ts';
import { obstacle } from './guests.ts';
import { isFailure } from './restart.ts';
import { isToBegin, wantsRunning } from './state.ts';
import { unseen } from './unseen.ts';

/** Why a guest is not started yet. */
export interface Hold {
  /** The guest it waits for. */
  readonly needs: string;
  readonly why: string;
  /** True where something is in its way, and not only to come. */
  readonly blocked: boolean;
}

export class Order {
  readonly #desired: Desired;
  readonly #observed: Observed;
  readonly #leaving: (name: string) => boolean;
  /** By guest: those that stop before it. */
  readonly #later = new Map<string, Set<string>>();

  /** @param leaving whether a guest that has a process is to end, or ends already */
  constructor(desired: Desired, observed: Observed, leaving: (name: string) => boolean) {
    this.#desired = desired;
    this.#observed = observed;
    this.#leaving = leaving;
    for (const { name, dependencies } of desired.guests.values()) {
      for (const earlier of dependencies.after) this.#add(earlier, name);
    }
    this.#addRemoved();
  }

  #add(earlier: string, later: string): void {
    this.#later.set(earlier, (this.#later.get(earlier) ?? new Set()).add(later));
  }

  /** Of guests without a definition, what they run with tells which guest their root is on. */
  #addRemoved(): void {
    const { guests } = this.#observed;
    const removed = [...guests].filter(
      ([name, { process }]) => process !== undefined && !this.#desired.guests.has(name),
    );
    if (removed.length === 0) return;
    const at = new Map([...runningAddresses(guests)].map(([guest, address]) => [address, guest]));
    for (const [name, { process }] of removed) {
      const server = at.get(rootServerOf(process?.argv ?? []) ?? '');
      if (server !== undefined && server !== name) this.#add(server, name);
    }
  }

  /** What a guest that is to start waits for; undefined where it may start. */
  hold(wanted: GuestWanted): Hold | undefined {
    const { after, requires, server } = wanted.dependencies;
    const ended = endsWith(wanted, this.#desired, this.#observed);
    if (ended?.intent === 'stop') return { needs: ended.guest, why: stopped(ended.guest), blocked: false };
    for (const needs of after) {
      const needed = this.#desired.guests.get(needs);
      if (needed === undefined) continue;
      const seen = this.#observed.guests.get(needs) ?? unseen;
      if (seen.process !== undefined && seen.readyAt !== undefined && !this.#leaving(needs)) continue;
      const { comes, trouble } = this.#prospect(needed, seen);
      if (comes && trouble === undefined)
        return { needs, why: `guest ${needs} is not ready yet`, blocked: false };
      if (!requires.includes(needs) && needs !== server) continue;
      if (trouble === undefined) return { needs, why: stopped(needs), blocked: false };
      return {
        needs,
        why: `cannot start guest ${wanted.name}: guest ${needs}, which it needs, does not come up: ${trouble}`,
        blocked: true,
      };
    }
    return undefined;
  }

  /** The guest that stops before `name` does; undefined where none is left. */
  stopsFirst(name: string): string | undefined {
    for (const later of this.#later.get(name) ?? []) {
      if (this.#observed.guests.get(later)?.process !== undefined && this.#leaving(later)) return later;
    }
    return undefined;
  }

  /** Whether a guest that is not ready will be, as far as that can be known, and what speaks against it. */
  #prospect(wanted: GuestWanted, seen: GuestSeen): { comes: boolean; trouble: string | undefined } {
    if (seen.process !== undefined) return { comes: true, trouble: undefined };
    const { unit } = seen;
    const failed = unit?.active === 'failed' || seen.quarantined;
    if (failed) return { comes: false, trouble: 'it failed too often' };
    const comes =
      unit === undefined
        ? wantsRunning(wanted, seen)
        : unit.job || unit.active === 'activating' || isToBegin(wanted, seen, unit);
    const blocked = obstacle(wanted, this.#observed) ?? seen.problem;
    if (comes && blocked !== undefined) return { comes, trouble: blocked };
    // Between two tries.
    const { end } = seen;
    const trouble = end !== undefined && isFailure(end.reason) && !end.wasReady ? end.detail : undefined;
    return { comes, trouble };
  }
}

function stopped(guest: string): string {
  return `guest ${guest}, which it needs, is stopped; start it with: umlnfs start ${guest}`;
}

/** When the guest's server became ready; undefined where it is no guest, or is not ready now. */
export function serverReadyAt(wanted: GuestWanted, observed: Observed): number | undefined {
  const { server } = wanted.dependencies;
  return server === undefined ? undefined : observed.guests.get(server)?.readyAt;
}

/**
 * A required guest that an operator stops or restarts, and with it those that require it. One whose root is on it
 * stops with it, and rides out its restart.
 */
export function endsWith(
  wanted: GuestWanted,
  desired: Desired,
  observed: Observed,
): { readonly guest: string; readonly intent: 'stop' | 'restart' } | undefined {
  const known = new Set<string>();
  // systemd sees itself to what requires another unit.
  const bySystemd = observed.unitFiles !== undefined;
  const needsOf = ({ dependencies: { requires, server } }: GuestWanted) => [
    ...(server === undefined ? [] : [{ guest: server, rides: true }]),
    ...(bySystemd ? [] : requires.map((guest) => ({ guest, rides: false }))),
  ];
  const open = needsOf(wanted);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { guest, rides } = next;
    if (known.has(guest)) continue;
    known.add(guest);
    const intent = observed.guests.get(guest)?.intent;
    if (intent === 'stop' || (intent === 'restart' && !rides)) return { guest, intent };
    const needed = desired.guests.get(guest);
    if (needed !== undefined) open.push(...needsOf(needed));
  }
  return undefined;
}
