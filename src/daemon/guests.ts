import type { Logger } from 'pino';
import type { Marks } from '../adapters/state/marks.ts';
import { backoff } from '../model/backoff.ts';
import type { Desired, GuestWanted } from '../model/desired.ts';
import { classifyEnd } from '../model/end.ts';
import { messageOf } from '../model/error.ts';
import type { EndReason, GuestSeen, ProcessSeen, StopPhase } from '../model/observed.ts';
import type { GuestRunner, ProcessExit } from '../model/runner.ts';
import type { UnitSeen } from '../model/units.ts';
import { unseen } from '../plan/plan.ts';
import { afterFailure, countsAsFailure, orderlyDelay, recent, restartsAfter } from '../plan/restart.ts';
import { tellQuarantine } from './decisions.ts';
import { GuestRecord } from './record.ts';

/** After a failed step a guest's steps wait this long (ms) first, twice as long each time, up to the longest. */
const firstRetry = 1_000;
const longestRetry = 30_000;

export interface GuestsOptions {
  readonly runner: GuestRunner;
  readonly marks: Marks;
  readonly log: Logger;
  readonly clock: () => number;
  readonly markDirty: () => void;
  readonly desired: () => Desired | undefined;
  /** A guest's unit, where systemd runs the guests: then systemd decides about restarts, and wishes are for once. */
  readonly unit?: ((guest: string) => UnitSeen | undefined) | undefined;
  /** Somebody wants it to start: what failed before may be tried again at once. */
  readonly onWish?: ((guest: string) => void) | undefined;
  /** Has systemd forget the unit's failures. */
  readonly forgiveUnit?: ((guest: string) => Promise<void>) | undefined;
}

/** Everything seen of the guests' processes; the loop reads it, events write it. */
export class Guests {
  readonly records = new Map<string, GuestRecord>();
  readonly #options: GuestsOptions;
  readonly #retries = new Map<string, number>();
  /** Ends that are being looked into: nothing is planned before their reasons are known. */
  readonly #endings = new Set<Promise<void>>();
  /** Processes that ended before their start was noted. */
  readonly #early = new Map<number, ProcessExit>();

  constructor(options: GuestsOptions) {
    this.#options = options;
    options.runner.onExit((exit) => this.#look(exit));
  }

  #look(exit: ProcessExit): void {
    const ending = this.#ended(exit);
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
  }

  /** Finds the guests that run since before this daemon, and what marks tell of the others. */
  async adopt(names: Iterable<string>): Promise<readonly string[]> {
    const { runner, marks, clock, log } = this.#options;
    const running = await runner.adopt();
    for (const name of new Set([...running.keys(), ...names])) {
      const record = this.record(name);
      const unit = this.#options.unit?.(name);
      const intent = unit === undefined ? await marks.read(name, 'intent') : undefined;
      if (intent === 'start' || intent === 'restart') record.seen.intent = 'start';
      else if (intent === 'stop') record.seen.intent = 'stop';
      record.seen.restarts = unit?.restarts ?? 0;
      const process = running.get(name);
      if (process === undefined) {
        if (intent === 'powered-off') {
          record.seen.end = {
            reason: 'power-off',
            at: clock(),
            detail: 'it powered itself off',
            wasReady: true,
          };
        }
        continue;
      }
      record.began(process, wallOf(process.startedAt, clock()));
      // The last daemon was to restart it, and did not live to see its end.
      if (intent === 'restart') record.seen.intent = 'restart';
      if (unit?.active === 'active' || (await marks.read(name, 'ready')) === String(process.pid)) {
        record.becameReady(clock());
        record.readySeconds = -1;
      }
      log.info({ guest: name, pid: process.pid }, 'adopted a running guest');
    }
    return [...running.keys()];
  }

  record(name: string): GuestRecord {
    let record = this.records.get(name);
    if (record === undefined) {
      record = new GuestRecord(name);
      this.records.set(name, record);
    }
    return record;
  }

  /** As its definition has it; undefined where there is none, or it cannot be used. */
  wanted(name: string): GuestWanted | undefined {
    return this.#options.desired()?.guests.get(name);
  }

  seen(): ReadonlyMap<string, GuestSeen> {
    const { unit } = this.#options;
    for (const record of this.records.values()) record.seen.unit = unit?.(record.name);
    return new Map([...this.records].map(([name, record]) => [name, { ...record.seen }]));
  }

  /** Resolves when every end that is known of has its reason. */
  async settled(): Promise<void> {
    await Promise.all(this.#endings);
  }

  /** A phase of stopping was carried out; `since` in the past lets the next follow at once. */
  stopping(name: string, phase: StopPhase, reason: EndReason, why: string, since: number): void {
    const { seen } = this.record(name);
    const { cause } = seen.stop ?? { cause: why };
    if (seen.process !== undefined) seen.stop = { phase, reason, cause, since };
  }

  /** A process was started for `wanted`. */
  began(wanted: GuestWanted, process: ProcessSeen): void {
    const record = this.record(wanted.name);
    const { end } = record.seen;
    const { clock } = this.#options;
    if (this.#options.unit !== undefined) {
      if (record.automatic) record.seen.restarts += 1;
    } else if (end !== undefined && end.reason !== 'stopped') {
      record.seen.restarts += 1;
      if (countsAsFailure(end)) {
        record.seen.restartTimes = [...recent(record.seen.restartTimes, wanted.restart, clock()), clock()];
      }
    }
    record.began(process, Date.now() * 1000);
    // A stop that came while it was started is still to be carried out.
    if (this.#options.unit !== undefined && record.seen.intent !== 'stop') record.seen.intent = 'auto';
    const early = this.#early.get(process.pid);
    this.#early.delete(process.pid);
    if (early !== undefined) this.#look(early);
  }

  /** The guest is ready; `how` is for the log. */
  ready(name: string, how: string): void {
    const record = this.records.get(name);
    const process = record?.seen.process;
    if (record === undefined || process === undefined || record.seen.readyAt !== undefined) return;
    record.becameReady(this.#options.clock());
    const seconds = Number(record.readySeconds.toFixed(2));
    this.#options.log.info({ guest: name, seconds, how, event: 'ready' }, `guest ${name} is ready`);
    void this.#options.marks
      .write(name, 'ready', String(process.pid))
      .catch((error) =>
        this.#options.log.warn({ guest: name, err: error }, 'cannot note that the guest is ready'),
      );
    this.#options.markDirty();
  }

  /** What an operator wishes; kept over a restart of the daemon. */
  async wish(name: string, intent: 'start' | 'stop' | 'restart'): Promise<void> {
    const { seen } = this.record(name);
    seen.intent = intent === 'restart' && seen.process === undefined ? 'start' : intent;
    if (intent !== 'stop') this.#forgive(name);
    // Or else it would be a start of what is stopped later.
    if (intent === 'start' && this.#isUp(name)) seen.intent = 'auto';
    if (this.#options.unit === undefined) {
      await this.#options.marks.write(name, 'intent', seen.intent);
    }
    this.#options.markDirty();
  }

  /** Whether its unit has a process, and is not on its way down. */
  #isUp(name: string): boolean {
    const { process, stop } = this.record(name).seen;
    const unit = this.#options.unit?.(name);
    if (process === undefined || stop !== undefined || unit === undefined) return false;
    return unit.active === 'active' || (unit.active === 'activating' && !unit.sub.startsWith('auto-restart'));
  }

  /**
   * systemd has begun to start the guest, by itself or not, and wishes and failures of before are past.
   * @param before the wish when it began: one that came since holds
   */
  preparing(name: string, automatic: boolean, before: GuestSeen['intent']): void {
    const record = this.record(name);
    record.automatic = automatic;
    this.#forgiveSteps(name);
    record.blocked = '';
    if (record.seen.intent === before) record.seen.intent = 'auto';
  }

  /**
   * A wish was handed on to systemd. One that came meanwhile, and wants something else, holds.
   * @param before the wish when that began
   */
  granted(name: string, asked: 'start' | 'stop' | 'restart', before: GuestSeen['intent']): void {
    const { seen } = this.record(name);
    const fulfilled =
      asked === 'stop' ? seen.intent === 'stop' || seen.intent === before : seen.intent !== 'stop';
    if (fulfilled) seen.intent = 'auto';
  }

  /** It cannot be started now, and systemd was told so. */
  refused(name: string, problem: string): void {
    const { seen } = this.record(name);
    seen.problem = problem;
    seen.retryAt = undefined;
  }

  /** A process of the guest is there that this daemon did not start. */
  appeared(name: string, process: ProcessSeen): void {
    this.record(name).began(process, wallOf(process.startedAt, this.#options.clock()));
    this.#options.markDirty();
  }

  /** Clears quarantine, backoff and history; what an operator wished last still holds. */
  async reset(name: string): Promise<void> {
    const { seen } = this.record(name);
    const { end } = seen;
    const unit = this.#options.unit?.(name);
    if (unit !== undefined) {
      // What failed was wanted, whoever started it; said first, or it would count as stopped while systemd forgets.
      if (unit.active === 'failed' || unit.sub.startsWith('auto-restart')) seen.intent = 'start';
      await this.#options.forgiveUnit?.(name);
    }
    this.#forgive(name);
    seen.restartTimes = [];
    // What powered itself off or was stopped did so on purpose, and stays so.
    if (end !== undefined && !countsAsFailure(end)) seen.end = end;
    this.#options.markDirty();
  }

  #forgive(name: string): void {
    const record = this.record(name);
    const { seen } = record;
    record.ownEnds = [];
    seen.quarantined = false;
    seen.notBefore = undefined;
    seen.end = undefined;
    this.#forgiveSteps(name);
  }

  #forgiveSteps(name: string): void {
    this.#options.onWish?.(name);
    const { seen } = this.record(name);
    seen.problem = undefined;
    seen.retryAt = undefined;
    this.#retries.delete(name);
  }

  /** A step for the guest failed: say so, and leave it alone for a while. */
  stepFailed(name: string, message: string): void {
    const { seen } = this.record(name);
    const count = (this.#retries.get(name) ?? 0) + 1;
    this.#retries.set(name, count);
    seen.problem = message;
    seen.retryAt = this.#options.clock() + backoff(firstRetry, longestRetry, count);
  }

  stepsSucceeded(name: string): void {
    const record = this.records.get(name);
    if (record === undefined) return;
    this.#retries.delete(name);
    record.seen.problem = undefined;
    record.seen.retryAt = undefined;
  }

  /** No definition and no process: nothing of it is kept. */
  async forget(name: string): Promise<void> {
    this.records.delete(name);
    this.#retries.delete(name);
    await this.#options.marks.remove(name, 'intent');
    await this.#options.marks.remove(name, 'ready');
  }

  async #ended(exit: ProcessExit): Promise<void> {
    const record = this.records.get(exit.guest);
    if (record?.seen.process?.pid !== exit.pid) {
      this.#early.set(exit.pid, exit);
      return;
    }
    try {
      const tail = await this.#options.runner.consoleTail(exit.guest).catch((error) => messageOf(error));
      await this.#settle(record, exit, tail);
    } catch (error) {
      this.#options.log.error({ guest: exit.guest, err: error }, 'cannot record the end of a guest');
    }
    this.#options.markDirty();
  }

  async #settle(record: GuestRecord, exit: ProcessExit, tail: string): Promise<void> {
    const { log, clock, marks } = this.#options;
    const { seen } = record;
    const now = clock();
    const found = classifyEnd({
      code: exit.code,
      signal: exit.signal,
      consoleTail: tail,
      panicked: record.panicked,
    });
    const { stop } = seen;
    const reason: EndReason = stop?.reason ?? exit.reason ?? found.reason;
    const detail = stop === undefined ? found.detail : `${stop.cause}; ${found.detail}`;
    const end = { reason, at: now, detail, wasReady: seen.readyAt !== undefined };
    Object.assign(seen, {
      process: undefined,
      readyAt: undefined,
      stop: undefined,
      end,
      health: unseen.health,
    });
    record.lastEnd = end;
    record.lastEndWall = Date.now() * 1000;
    record.console = '';
    await marks.remove(record.name, 'ready');
    log.info({ guest: record.name, reason, detail, event: 'ended' }, `guest ${record.name} ended: ${reason}`);
    if (seen.intent === 'restart') {
      seen.intent = 'start';
      seen.end = undefined;
      if (this.#options.unit === undefined) await marks.write(record.name, 'intent', 'start');
      return;
    }
    const wanted = this.wanted(record.name);
    if (wanted === undefined || seen.intent === 'stop') return;
    if (this.#options.unit !== undefined) {
      // systemd knows a reboot by its exit status alone; without it, only the console told.
      const missed = reason === 'reboot' && exit.code === 0 && restartsAfter(reason, wanted.restart.policy);
      if (missed) seen.intent = 'start';
      return;
    }
    if (!restartsAfter(reason, wanted.restart.policy)) {
      if (reason === 'power-off' || reason === 'halt')
        await marks.write(record.name, 'intent', 'powered-off');
    } else if (countsAsFailure(end)) this.#backOff(record, wanted, now);
    else this.#damp(record, wanted, now);
  }

  #damp(record: GuestRecord, wanted: GuestWanted, now: number): void {
    const times = recent(record.ownEnds, wanted.restart, now);
    const delay = orderlyDelay(times, wanted.restart, now);
    record.ownEnds = [...times, now];
    if (delay === 0) return;
    record.seen.notBefore = now + delay;
    const fields = { guest: record.name, seconds: Number((delay / 1000).toFixed(1)), event: 'backoff' };
    this.#options.log.warn(
      fields,
      `guest ${record.name} ends by itself again and again: it is started again in ${fields.seconds} s`,
    );
  }

  #backOff(record: GuestRecord, wanted: GuestWanted, now: number): void {
    const verdict = afterFailure(record.seen.restartTimes, wanted.restart, now, Math.random());
    record.seen.quarantined = verdict.quarantined;
    record.seen.notBefore = verdict.notBefore;
    if (!verdict.quarantined) {
      const seconds = Number(((verdict.notBefore - now) / 1000).toFixed(1));
      const fields = { guest: record.name, seconds, event: 'backoff' };
      this.#options.log.warn(fields, `guest ${record.name} is started again in ${seconds} s`);
      return;
    }
    tellQuarantine(record.name, this.#options.log);
  }
}

function wallOf(monotonic: number, now: number): number {
  return Math.round((Date.now() - (now - monotonic)) * 1000);
}
