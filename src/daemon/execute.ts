import type { Logger } from 'pino';
import type { GuestWanted, TapWanted } from '../model/desired.ts';
import { explained, UserError } from '../model/error.ts';
import type { SharedFailure } from '../model/observed.ts';
import { describeStep } from '../plan/describe.ts';
import { concerns, networkOf } from '../plan/shared-failures.ts';
import type { Step, StepOf } from '../plan/step.ts';
import type { Guests } from './guests.ts';
import { SharedFailures } from './shared-failures.ts';

/** What carries a step out; each is idempotent and throws UserError when it cannot. */
export interface Executors {
  applyFilter(step: StepOf<'filter.apply'>): Promise<void>;
  attachPort(step: StepOf<'port.attach'>): Promise<void>;
  releasePort(step: StepOf<'port.release'>): Promise<void>;
  addRoute(step: StepOf<'route.add'>): Promise<void>;
  removeRoute(step: StepOf<'route.remove'>): Promise<void>;
  enableForwarding(step: StepOf<'forwarding.enable'>): Promise<void>;
  ensureBridge(step: StepOf<'bridge.ensure'>): Promise<void>;
  removeBridge(step: StepOf<'bridge.remove'>): Promise<void>;
  serveNames(step: StepOf<'names.serve'>): Promise<void>;
  endNames(step: StepOf<'names.end'>): Promise<void>;
  writeHosts(step: StepOf<'hosts.write'>): Promise<void>;
  startExporter(step: StepOf<'exporter.start'>): Promise<void>;
  buildInitramfs(step: StepOf<'initramfs.build'>): Promise<void>;
  /** All at once, since one call of ip(8) makes many; the map holds what failed, by tap name. */
  ensureTaps(taps: readonly TapWanted[]): Promise<ReadonlyMap<string, unknown>>;
  removeTap(step: StepOf<'tap.remove'>): Promise<void>;
  addExport(step: StepOf<'export.add'>): Promise<void>;
  removeExport(step: StepOf<'export.remove'>): Promise<void>;
  /** Begins it, and throws nothing. */
  cloneRoot(step: StepOf<'root.clone'>): void;
  mountRoot(step: StepOf<'root.mount'>): Promise<void>;
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
  'filter.apply',
  'port.attach',
  'port.release',
  'route.add',
  'route.remove',
  'forwarding.enable',
  'names.serve',
  'names.end',
  'hosts.write',
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
  readonly #wanted: (guest: string) => GuestWanted | undefined;
  readonly #shared: SharedFailures;
  /** False when the daemon ends, for the steps that were planned before. */
  startsGuests = true;
  readonly #repeats = new Map<string, { what: string; count: number }>();

  /** @param wanted the guest as its definition has it */
  constructor(
    executors: Executors,
    guests: Guests,
    log: Logger,
    clock: () => number,
    wanted: (guest: string) => GuestWanted | undefined,
  ) {
    this.#executors = executors;
    this.#guests = guests;
    this.#log = log;
    this.#clock = clock;
    this.#wanted = wanted;
    this.#shared = new SharedFailures(clock);
  }

  /** The shared steps that failed, each until it succeeds or is not needed any more. */
  get sharedFailures(): readonly SharedFailure[] {
    return this.#shared.all();
  }

  /** Shared steps are tried again at once, whatever they said before. */
  retryShared(): void {
    this.#shared.clear();
  }

  /** Why a guest cannot start that has nothing against it itself; undefined where it can. */
  sharedProblemOf(guest: string): string | undefined {
    const wanted = this.#wanted(guest);
    return this.sharedFailures.find(
      (failure) =>
        failure.step !== 'hosts.write' &&
        (wanted === undefined ||
          (failure.network === undefined && failure.step !== 'filter.apply') ||
          concerns(failure, wanted)),
    )?.problem;
  }

  /** Carries the steps out; true when anything was done or tried, so that reality has to be read again. */
  async execute(steps: readonly Step[]): Promise<boolean> {
    const todo = steps.filter((step) => !isIdle(step));
    this.#noteBlocked(steps);
    this.#shared.forget(todo);
    if (todo.length === 0) {
      this.#repeats.clear();
      return false;
    }
    const failedNow = await this.#runShared(todo.filter(isShared));
    const chains = new Map<string, Step[]>();
    for (const step of todo) {
      if (isShared(step) || (step.kind !== 'guest.stop' && this.#holds(failedNow, step.guest))) continue;
      chains.set(step.guest, [...(chains.get(step.guest) ?? []), step]);
    }
    const failed = await this.#runTaps(chains);
    await inParallel([...chains], breadth, ([guest, chain]) =>
      this.#runChain(guest, chain, failed.get(guest)),
    );
    return true;
  }

  /** Carries out what several guests need; returns what failed of it. */
  async #runShared(steps: readonly Shared[]): Promise<SharedFailure[]> {
    const failed: SharedFailure[] = [];
    for (const step of steps) {
      try {
        this.#refuseRepeats(step, networkOf(step) ?? '');
        this.#announce(step);
        await this.#runOne(step);
        this.#shared.succeeded(step);
      } catch (error) {
        failed.push(this.#shared.failed(step, explained(error)));
        this.#report(step, error);
      }
    }
    return failed;
  }

  async #runOne(step: Shared): Promise<void> {
    switch (step.kind) {
      case 'filter.apply':
        return this.#executors.applyFilter(step);
      case 'bridge.ensure':
        return this.#executors.ensureBridge(step);
      case 'bridge.remove':
        return this.#executors.removeBridge(step);
      case 'port.attach':
        return this.#executors.attachPort(step);
      case 'port.release':
        return this.#executors.releasePort(step);
      case 'route.add':
        return this.#executors.addRoute(step);
      case 'route.remove':
        return this.#executors.removeRoute(step);
      case 'forwarding.enable':
        return this.#executors.enableForwarding(step);
      case 'names.serve':
        return this.#executors.serveNames(step);
      case 'names.end':
        return this.#executors.endNames(step);
      case 'hosts.write':
        return this.#executors.writeHosts(step);
      case 'exporter.start':
        return this.#executors.startExporter(step);
      case 'units.configure':
        return this.#executors.units?.configure(step);
      default:
        return this.#executors.buildInitramfs(step);
    }
  }

  /** Whether a guest has to wait for a step that failed just now. */
  #holds(failed: readonly SharedFailure[], guest: string): boolean {
    if (failed.length === 0) return false;
    const wanted = this.#wanted(guest);
    return wanted === undefined || failed.some((failure) => concerns(failure, wanted));
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
      case 'root.clone':
        return this.#executors.cloneRoot(step);
      case 'root.mount':
        return this.#executors.mountRoot(step);
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
