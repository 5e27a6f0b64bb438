import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { UserError } from '../../model/error.ts';
import type { EndReason, ProcessSeen } from '../../model/observed.ts';
import type { GuestRunner, ProcessExit, StartRequest } from '../../model/runner.ts';
import type { UnitSeen } from '../../model/units.ts';
import { guestPaths, prepareGuestDirectory } from '../uml/guest-directory.ts';
import { checkMemoryFile } from '../uml/memory-file.ts';
import { checkTun } from '../uml/tun.ts';
import { reportHang } from './guest-notify.ts';
import { consoleTailOf } from './journal.ts';
import { readLaunch, removeLaunch, writeLaunch } from './launch-file.ts';
import type { Manager } from './manager.ts';
import { type Decision, decisionOf, exitOf, type UnitState } from './unit-state.ts';
import { UnitStates } from './unit-states.ts';

export interface SystemdRunnerOptions {
  readonly manager: Manager;
  /** The directory with a directory per guest (`/run/umlnfs/guests`). */
  readonly guests: string;
  /** Milliseconds on the monotonic clock. */
  readonly clock: () => number;
}

/** Milliseconds from the end of a unit's preparation to its main process. */
const spawnPatience = 15_000;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What is known of one guest, beyond its unit's state. */
class Unit {
  /** The process that the daemon knows of. */
  pid = 0;
  /** Somebody asked systemd to stop or restart it while this process ran. */
  asked = false;
  /** This process was ready, as far as systemd knows. */
  active = false;
  /** Of the run that this process is of, for the journal. */
  invocation = '';
  begun = false;
  /** systemd's call that waits until the guest is prepared. */
  waiter: Waiter | undefined;
  /** Called with the next main process. */
  spawned: ((state: UnitState | undefined) => void) | undefined;
}

/** Runs guests' kernels as the main processes of systemd units. systemd starts them again, and the daemon prepares. */
export class SystemdRunner implements GuestRunner {
  readonly #options: SystemdRunnerOptions;
  readonly #states: UnitStates;
  readonly #units = new Map<string, Unit>();
  readonly #exits: ((exit: ProcessExit) => void)[] = [];
  #onChange: () => void = () => {};
  #onSpawn: (guest: string, process: ProcessSeen) => void = () => {};
  #onDecision: (guest: string, decision: Decision) => void = () => {};

  constructor(options: SystemdRunnerOptions) {
    this.#options = options;
    this.#states = new UnitStates(options.manager, (guest, state, change, before) => {
      this.#take(guest, state, change);
      const decision = decisionOf(before, state);
      if (decision !== undefined) this.#onDecision(guest, decision);
    });
  }

  /** Called when a unit changed. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Called with a guest's process that systemd started without this daemon's preparation. */
  onSpawn(listener: (guest: string, process: ProcessSeen) => void): void {
    this.#onSpawn = listener;
  }

  /** Called once with what systemd decides about a guest that ended. */
  onDecision(listener: (guest: string, decision: Decision) => void): void {
    this.#onDecision = listener;
  }

  async adopt(): Promise<ReadonlyMap<string, ProcessSeen>> {
    const { manager, guests } = this.#options;
    const names = new Set([...(await manager.guests()), ...(await readdir(guests).catch(() => []))]);
    const adopted = new Map<string, ProcessSeen>();
    await Promise.all(
      [...names].map(async (guest) => {
        await this.follow(guest);
        const state = this.#states.get(guest);
        if (state === undefined || state.mainPid === 0) return;
        const process = await this.#processOf(guest, state);
        if (process === undefined) return;
        this.#knows(guest, state);
        adopted.set(guest, process);
      }),
    );
    return adopted;
  }

  /** Learns of the guest's unit from now on. */
  async follow(guest: string): Promise<void> {
    if (!(await this.#states.follow(guest))) return;
    const file = await stat(this.#begunFile(guest)).catch(() => undefined);
    if (file !== undefined) this.#unit(guest).begun = true;
  }

  seen(guest: string): UnitSeen | undefined {
    const state = this.#states.get(guest);
    if (state === undefined) return undefined;
    const { active, sub, result, job, restarts } = state;
    const { begun, waiter } = this.#unit(guest);
    return { active, sub, result, job, restarts, begun, preparing: waiter !== undefined };
  }

  /** systemd starts the guest's unit: resolves when it may go on, rejects when it may not. */
  async prepare(guest: string): Promise<void> {
    await this.follow(guest);
    const unit = this.#unit(guest);
    unit.waiter?.reject(new UserError(`start guest ${guest}`, 'it is being started a second time'));
    await new Promise<void>((resolve, reject) => {
      unit.waiter = { resolve, reject };
      this.#onChange();
    }).finally(() => {
      unit.waiter = undefined;
    });
  }

  /** The guests that systemd waits for. */
  preparing(): string[] {
    return [...this.#units].filter(([, { waiter }]) => waiter !== undefined).map(([guest]) => guest);
  }

  /** Says that a guest that systemd waits for cannot be started. */
  refuse(guest: string, error: Error): void {
    this.#units.get(guest)?.waiter?.reject(error);
  }

  async start(request: StartRequest): Promise<ProcessSeen> {
    const { guest, uid, gid, argv, memoryBytes } = request;
    const { guests } = this.#options;
    const action = `start guest ${guest}`;
    if (uid === 0 || gid === 0) {
      throw new UserError(action, 'a guest never runs as root', { hint: 'change User=' });
    }
    const unit = this.#unit(guest);
    if (unit.waiter === undefined) throw new UserError(action, 'systemd does not wait for it any more');
    await checkTun(action);
    await checkMemoryFile(action, memoryBytes);
    await prepareGuestDirectory(guests, guest, { uid, gid });
    await writeLaunch(guests, guest, argv);
    await this.#markBegun(guest, unit);
    const spawned = this.#nextProcess(guest, unit);
    unit.waiter.resolve();
    const state = await spawned;
    this.#knows(guest, state);
    return { pid: state.mainPid, startedAt: this.#startedAt(state), argv, uid, adopted: false };
  }

  async signal(guest: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#options.manager.kill(guest, constants.signals[signal]);
  }

  /**
   * Asks systemd for a job; resolves when it is taken. What no operator wishes gives way to jobs of others, such as an
   * administrator's stop: false where one was in the way.
   */
  async ask(guest: string, job: 'start' | 'stop' | 'restart', byOperator: boolean): Promise<boolean> {
    const { manager } = this.#options;
    await this.follow(guest);
    const unit = this.#unit(guest);
    // Operators and the daemon are not bound by the limit for automatic starts.
    if (job !== 'stop') await manager.resetFailed(guest);
    if (job === 'start') await this.#markBegun(guest, unit);
    this.#states.expectJob(guest);
    let taken = false;
    try {
      if (byOperator || job === 'stop') {
        await manager[job](guest);
        taken = true;
      } else {
        taken = await (job === 'start' ? manager.offerStart(guest) : manager.offerRestart(guest));
      }
    } finally {
      // The job that was expected may not come.
      if (!taken) await this.#states.refresh(guest);
    }
    return taken;
  }

  /** Forgets restarts and failures, and the limit for them. */
  async forgive(guest: string): Promise<void> {
    await this.#options.manager.resetFailed(guest);
    await this.#states.refresh(guest);
  }

  async hang(guest: string): Promise<void> {
    const pid = this.#units.get(guest)?.pid ?? 0;
    if (pid !== 0) await reportHang(pid);
  }

  /** Nothing is kept of the guest. */
  async forget(guest: string): Promise<void> {
    const unit = this.#units.get(guest);
    await removeLaunch(this.#options.guests, guest);
    if (unit === undefined || !unit.begun) return;
    unit.begun = false;
    await rm(this.#begunFile(guest), { force: true });
    await this.#options.manager.resetFailed(guest);
  }

  onExit(listener: (exit: ProcessExit) => void): void {
    this.#exits.push(listener);
  }

  async consoleTail(guest: string): Promise<string> {
    return await consoleTailOf(this.#units.get(guest)?.invocation ?? '');
  }

  consoleLog(): string {
    return '';
  }

  async close(): Promise<void> {
    for (const { waiter } of this.#units.values()) waiter?.reject(new Error('the daemon ends'));
    this.#options.manager.close();
  }

  #unit(guest: string): Unit {
    let unit = this.#units.get(guest);
    if (unit === undefined) {
      unit = new Unit();
      this.#units.set(guest, unit);
    }
    return unit;
  }

  #take(guest: string, state: UnitState, change: Partial<UnitState>): void {
    const unit = this.#unit(guest);
    if (unit.pid !== 0 && state.mainPid !== unit.pid) this.#ended(guest, unit, state);
    if (unit.pid !== 0 && state.job && state.active === 'deactivating') unit.asked = true;
    if (unit.pid !== 0 && state.active === 'active') unit.active = true;
    if (state.mainPid !== 0 && unit.pid === 0) this.#appeared(guest, unit, state);
    const waits = unit.waiter !== undefined || unit.spawned !== undefined;
    if (change.active !== undefined && waits && isDown(state)) void this.#checkStart(guest, unit);
    this.#onChange();
  }

  #appeared(guest: string, unit: Unit, state: UnitState): void {
    if (unit.spawned !== undefined) unit.spawned(state);
    else void this.#surprise(guest, unit, state);
  }

  /** A process that this daemon did not prepare: it was away, or somebody changed the unit. */
  async #surprise(guest: string, unit: Unit, state: UnitState): Promise<void> {
    const process = await this.#processOf(guest, state);
    const now = this.#states.get(guest)?.mainPid;
    if (process === undefined || now !== process.pid || unit.pid !== 0) return;
    this.#knows(guest, state);
    this.#onSpawn(guest, process);
  }

  #knows(guest: string, state: UnitState): void {
    const unit = this.#unit(guest);
    unit.pid = state.mainPid;
    unit.invocation = this.#states.get(guest)?.invocation ?? '';
    unit.asked = false;
    unit.active = state.active === 'active';
    unit.begun = true;
  }

  #ended(guest: string, unit: Unit, state: UnitState): void {
    const { pid } = unit;
    unit.pid = 0;
    unit.invocation ||= state.invocation;
    const reason = reasonOf(state.result, unit);
    const exit = { guest, pid, ...exitOf(state, pid), ...(reason === undefined ? {} : { reason }) };
    for (const listener of this.#exits) listener(exit);
  }

  /** The start under way may have been given up; or else the end of an earlier one is told late. */
  async #checkStart(guest: string, unit: Unit): Promise<void> {
    const { waiter, spawned } = unit;
    const state = await this.#states.ask(guest).catch(() => undefined);
    if (state === undefined || !isDown(state)) return;
    if (unit.spawned === spawned) spawned?.(undefined);
    if (waiter === undefined || unit.waiter !== waiter) return;
    // Nobody here refused it: it was stopped while it was prepared, and is not to be started for Autostart= after that.
    await this.#markBegun(guest, unit).catch(() => undefined);
    unit.begun = true;
    waiter.reject(new UserError(`start guest ${guest}`, 'systemd gave its start up'));
  }

  #nextProcess(guest: string, unit: Unit): Promise<UnitState> {
    return new Promise((resolve, reject) => {
      const finish = (state: UnitState | undefined) => {
        clearTimeout(timer);
        unit.spawned = undefined;
        if (state !== undefined) resolve(state);
        else
          reject(
            new UserError(`start guest ${guest}`, 'systemd did not start its kernel', {
              hint: `journalctl -u umlnfs@${guest} tells why`,
            }),
          );
      };
      const timer = setTimeout(() => finish(undefined), spawnPatience);
      unit.spawned = finish;
    });
  }

  async #processOf(guest: string, state: UnitState): Promise<ProcessSeen | undefined> {
    const launch = await readLaunch(this.#options.guests, guest);
    if (launch === undefined) return undefined;
    return { pid: state.mainPid, startedAt: this.#startedAt(state), ...launch, adopted: true };
  }

  /** systemd's microseconds on the daemon's clock. */
  #startedAt(state: UnitState): number {
    const age = Number(process.hrtime.bigint() / 1000n) - state.startedAt;
    return this.#options.clock() - Math.max(0, age) / 1000;
  }

  #begunFile(guest: string): string {
    return `${guestPaths(this.#options.guests, guest).own}/begun`;
  }

  async #markBegun(guest: string, unit: Unit): Promise<void> {
    if (unit.begun) return;
    await mkdir(guestPaths(this.#options.guests, guest).own, { recursive: true, mode: 0o755 });
    await writeFile(this.#begunFile(guest), '');
    unit.begun = true;
  }
}

/** Why it ended, where systemd brought that about; `result` is the unit's Result. */
function reasonOf(result: string, { asked, active }: Unit): EndReason | undefined {
  if (result === 'watchdog') return 'hang';
  // A stop may time out as well, and a start job waits until the end of what it failed with.
  if (result === 'timeout' && !active) return 'start-timeout';
  return asked ? 'stopped' : undefined;
}

/** Nothing of it runs or is about to, or it waits for its next start. */
function isDown({ active, sub }: UnitState): boolean {
  return active === 'inactive' || active === 'failed' || sub.startsWith('auto-restart');
}
