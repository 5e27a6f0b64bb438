import type { Logger } from 'pino';
import type { TapWanted } from '../model/desired.ts';
import { explained, UserError } from '../model/error.ts';
import type { SharedFailure } from '../model/observed.ts';
import { describeStep } from '../plan/describe.ts';
import type { Step, StepOf } from '../plan/step.ts';
import type { Guests } from './guests.ts';

/** What carries a step out; each is idempotent and throws UserError when it cannot. */
export interface Executors {
  ensureBridge(step: StepOf<'bridge.ensure'>): Promise<void>;
  removeBridge(step: StepOf<'bridge.remove'>): Promise<void>;
  startExporter(step: StepOf<'exporter.start'>): Promise<void>;
  buildInitramfs(step: StepOf<'initramfs.build'>): Promise<void>;
  /** All at once, since one call of ip(8) makes many; the map holds what failed, by tap name. */
  ensureTaps(taps: readonly TapWanted[]): Promise<ReadonlyMap<string, unknown>>;
  removeTap(step: StepOf<'tap.remove'>): Promise<void>;
  addExport(step: StepOf<'export.add'>): Promise<void>;
  removeExport(step: StepOf<'export.remove'>): Promise<void>;
  tailorRoot(step: StepOf<'root.tailor'>): Promise<void>;
  startGuest(step: StepOf<'guest.start'>): Promise<void>;
  stopGuest(step: StepOf<'guest.stop'>): Promise<void>;
  forgetGuest(step: StepOf<'guest.forget'>): Promise<void>;
  /** Where systemd runs the guests. */
  readonly units?: UnitExecutors | undefined;
}

export interface UnitExecutors {
  /** Writes and removes drop-ins, and has systemd read its files again. */
  configure(step: StepOf<'units.configure'>): Promise<void>;
  /** Resolves when systemd has taken the job, not when it is done. */
  ask(step: StepOf<UnitStepKind>): Promise<void>;
}

export type UnitStepKind = 'unit.start' | 'unit.stop' | 'unit.restart' | 'unit.hang' | 'unit.forgive';

/** Steps of so many guests are carried out side by side. */
const breadth = 8;

/** A plan carried out this often in a row without an effect is a step that lies, and is treated as failed. */
const sameAgain = 5;

const sharedKinds = [
  'bridge.ensure',
  'bridge.remove',
  'exporter.start',
  'initramfs.build',
  'units.configure',
] as const;
type Shared = StepOf<(typeof sharedKinds)[number]>;

function isShared(step: Step): step is Shared {
  return (sharedKinds as readonly string[]).includes(step.kind);
}

/** Nothing is done for such a step. */
function isIdle({ kind }: Step): boolean {
  return kind === 'wait' || kind === 'await' || kind === 'queue' || kind === 'blocked';
}

export class Executor {
  readonly #executors: Executors;
  readonly #guests: Guests;
  readonly #log: Logger;
  readonly #clock: () => number;
  /** The shared step that failed last, until it succeeds or is not needed any more. */
  sharedFailure: SharedFailure | undefined;
  /** False when the daemon ends, for the steps that were planned before. */
  startsGuests = true;
  #sharedFailures = 0;
  readonly #repeats = new Map<string, { what: string; count: number }>();

  constructor(executors: Executors, guests: Guests, log: Logger, clock: () => number) {
    this.#executors = executors;
    this.#guests = guests;
    this.#log = log;
    this.#clock = clock;
  }

  /** Shared steps are tried again at once, whatever they said before. */
  retryShared(): void {
    this.sharedFailure = undefined;
  }

  /** Carries the steps out; true when anything was done or tried, so that reality has to be read again. */
  async execute(steps: readonly Step[]): Promise<boolean> {
    const todo = steps.filter((step) => !isIdle(step));
    this.#noteBlocked(steps);
    this.#forgetFailure(todo);
    if (todo.length === 0) {
      this.#repeats.clear();
      return false;
    }
    const sharedFine = await this.#runShared(todo.filter(isShared));
    const chains = new Map<string, Step[]>();
    for (const step of todo) {
      if (isShared(step) || (!sharedFine && step.kind !== 'guest.stop')) continue;
      chains.set(step.guest, [...(chains.get(step.guest) ?? []), step]);
    }
    const failed = await this.#runTaps(chains);
    await inParallel([...chains], breadth, ([guest, chain]) =>
      this.#runChain(guest, chain, failed.get(guest)),
    );
    return true;
  }

  async #runShared(steps: readonly Shared[]): Promise<boolean> {
    for (const step of steps) {
      try {
        this.#refuseRepeats(step, '');
        this.#announce(step);
        if (step.kind === 'bridge.ensure') await this.#executors.ensureBridge(step);
        else if (step.kind === 'bridge.remove') await this.#executors.removeBridge(step);
        else if (step.kind === 'exporter.start') await this.#executors.startExporter(step);
        else if (step.kind === 'units.configure') await this.#executors.units?.configure(step);
        else await this.#executors.buildInitramfs(step);
        this.#succeeded(step.kind);
      } catch (error) {
        this.#sharedFailures += 1;
        const delay = Math.min(30_000, 1_000 * 2 ** (this.#sharedFailures - 1));
        this.sharedFailure = { step: step.kind, problem: explained(error), retryAt: this.#clock() + delay };
        this.#report(step, error);
        return false;
      }
    }
    return true;
  }

  /** A step that is due again and not in the plan is not needed any more: somebody mended its cause. */
  #forgetFailure(todo: readonly Step[]): void {
    const failure = this.sharedFailure;
    if (failure === undefined || this.#clock() < failure.retryAt) return;
    if (todo.some((step) => step.kind === failure.step)) return;
    this.#succeeded(failure.step);
  }

  #succeeded(step: SharedFailure['step']): void {
    if (this.sharedFailure?.step !== step) return;
    this.sharedFailure = undefined;
    this.#sharedFailures = 0;
  }

  /** Makes all wanted taps in one go; returns the error of each guest whose tap could not be made. */
  async #runTaps(
    chains: ReadonlyMap<string, readonly Step[]>,
  ): Promise<Map<string, { step: Step; error: unknown }>> {
    const steps = [...chains.values()].flat().filter((step) => step.kind === 'tap.ensure');
    const failed = new Map<string, { step: Step; error: unknown }>();
    if (steps.length === 0) return failed;
    for (const step of steps) this.#announce(step);
    const errors = await this.#executors.ensureTaps(steps.map((step) => step.tap));
    for (const step of steps) {
      if (errors.has(step.tap.name)) failed.set(step.guest, { step, error: errors.get(step.tap.name) });
    }
    return failed;
  }

  async #runChain(
    guest: string,
    chain: readonly Step[],
    tapFailure: { step: Step; error: unknown } | undefined,
  ): Promise<void> {
    let current = tapFailure?.step;
    try {
      if (tapFailure !== undefined) throw tapFailure.error;
      for (const step of chain) {
        current = step;
        this.#refuseRepeats(step, guest);
        if (step.kind === 'tap.ensure') continue;
        if (step.kind === 'guest.start' && !this.startsGuests) continue;
        this.#announce(step);
        await this.#runStep(step);
      }
      this.#guests.stepsSucceeded(guest);
    } catch (error) {
      this.#guests.stepFailed(guest, explained(error));
      if (current !== undefined) this.#report(current, error);
    }
  }

  async #runStep(step: Step): Promise<void> {
    switch (step.kind) {
      case 'tap.remove':
        return this.#executors.removeTap(step);
      case 'export.add':
        return this.#executors.addExport(step);
      case 'export.remove':
        return this.#executors.removeExport(step);
      case 'root.tailor':
        return this.#executors.tailorRoot(step);
      case 'guest.start':
        return this.#executors.startGuest(step);
      case 'guest.stop':
        return this.#executors.stopGuest(step);
      case 'guest.forget':
        return this.#executors.forgetGuest(step);
      case 'unit.start':
      case 'unit.stop':
      case 'unit.restart':
      case 'unit.hang':
      case 'unit.forgive':
        return this.#executors.units?.ask(step);
      default:
        throw new Error(`no executor for ${step.kind}`);
    }
  }

  /** Blocked guests are logged once per cause, and their cause is kept for status. */
  #noteBlocked(steps: readonly Step[]): void {
    const causes = new Map<string, string>();
    const awaited = new Map<string, string>();
    for (const step of steps) {
      if (step.kind === 'blocked') causes.set(step.guest, step.why);
      if (step.kind === 'await' || step.kind === 'queue') awaited.set(step.guest, step.why);
    }
    for (const record of this.#guests.records.values()) {
      const cause = causes.get(record.name) ?? '';
      if (cause !== '' && cause !== record.blocked) {
        this.#log.error({ guest: record.name, event: 'step-failed' }, cause);
      }
      record.blocked = cause;
      record.awaits = awaited.get(record.name) ?? '';
    }
  }

  /** A step that comes again and again though it always succeeded would spin the loop. */
  #refuseRepeats(step: Step, key: string): void {
    // A guest may crash or resist being stopped as often as it likes; backoff and phases bound that.
    if (step.kind === 'guest.start' || step.kind === 'guest.stop') return;
    const what = describeStep(step, 0).what;
    const id = `${key}\0${step.kind}`;
    const before = this.#repeats.get(id);
    const count = before?.what === what ? before.count + 1 : 1;
    this.#repeats.set(id, { what, count });
    if (count > sameAgain) {
      this.#repeats.delete(id);
      throw new UserError(what, `it was done ${sameAgain} times and had no effect: ${step.why}`);
    }
  }

  #announce(step: Step): void {
    const line = describeStep(step, this.#clock());
    const guest = line.guest === '' ? {} : { guest: line.guest };
    this.#log.info({ ...guest, step: line.kind, reason: line.why }, line.what);
  }

  #report(step: Step, error: unknown): void {
    const { guest, kind, why } = describeStep(step, this.#clock());
    const about = { ...(guest === '' ? {} : { guest }), step: kind, reason: why, event: 'step-failed' };
    if (error instanceof UserError) this.#log.error(about, explained(error));
    else this.#log.error({ ...about, err: error }, explained(error));
  }
}

/** An error and what to do next, in one sentence. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
