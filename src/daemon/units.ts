import type { DropIns } from '../adapters/systemd/drop-ins.ts';
import type { Manager } from '../adapters/systemd/manager.ts';
import type { SystemdRunner } from '../adapters/systemd/runner.ts';
import { UserError } from '../model/error.ts';
import type { UnitFilesSeen } from '../model/units.ts';
import type { StepOf } from '../plan/step.ts';
import type { UnitExecutors, UnitStepKind } from './execute.ts';
import type { Guests } from './guests.ts';

/** What is needed where systemd runs the guests. */
export interface Systemd {
  readonly manager: Manager;
  readonly runner: SystemdRunner;
  readonly dropIns: DropIns;
}

export interface UnitsOptions extends Systemd {
  readonly guests: Guests;
  readonly clock: () => number;
}

/** Between the loop and systemd: jobs asked of it, its files, and its starts that wait for the loop. */
export class Units implements UnitExecutors {
  readonly #options: UnitsOptions;
  /** Guests whose last automatic starts were refused for what may pass. */
  readonly #excused = new Set<string>();

  constructor(options: UnitsOptions) {
    this.#options = options;
  }

  /** Learns of the guests' units. */
  async follow(guests: Iterable<string>): Promise<void> {
    await Promise.all([...guests].map((guest) => this.#options.runner.follow(guest)));
  }

  async files(): Promise<UnitFilesSeen> {
    const { manager, dropIns } = this.#options;
    const [texts, reloadOwed] = await Promise.all([dropIns.read(), dropIns.reloadOwed()]);
    return { systemd: manager.version, dropIns: texts, reloadOwed };
  }

  async configure({ write, remove }: StepOf<'units.configure'>): Promise<void> {
    const { manager, dropIns } = this.#options;
    await dropIns.oweReload(true);
    for (const [guest, text] of write) await dropIns.write(guest, text);
    for (const guest of remove) await dropIns.remove(guest);
    await manager.reload();
    await dropIns.oweReload(false);
  }

  async ask(step: StepOf<UnitStepKind>): Promise<void> {
    const { runner, guests, clock } = this.#options;
    const { guest, why } = step;
    const { intent } = guests.record(guest).seen;
    switch (step.kind) {
      case 'unit.start':
        await runner.ask(guest, 'start', step.byOperator);
        return guests.granted(guest, 'start', intent);
      case 'unit.stop':
        await runner.ask(guest, 'stop', true);
        guests.stopping(guest, 'ctrl-alt-del', 'stopped', why, clock());
        return guests.granted(guest, 'stop', intent);
      case 'unit.restart':
        // Or else somebody has decided otherwise, which holds.
        if (await runner.ask(guest, 'restart', step.byOperator))
          guests.stopping(guest, 'ctrl-alt-del', 'stopped', why, clock());
        return guests.granted(guest, 'restart', intent);
      case 'unit.hang':
        guests.stopping(guest, 'kill', 'hang', why, clock());
        return runner.hang(guest);
      default:
        return runner.forgive(guest);
    }
  }

  /**
   * systemd starts a guest's unit: resolves when the guest is prepared and may be started, rejects with the reason
   * when it may not. The loop does both.
   */
  async prepare(guest: string): Promise<void> {
    const { runner, guests } = this.#options;
    const { intent } = guests.record(guest).seen;
    await guests.settled();
    await runner.follow(guest);
    // systemd begins to count anew with each start that somebody asks for.
    const automatic = (runner.seen(guest)?.restarts ?? 0) > 0;
    const { end } = guests.record(guest).seen;
    // The limit is for failures: what an operator starts, and what reboots, does not count.
    if (!automatic || (end?.reason === 'reboot' && end.wasReady)) {
      await runner.forgive(guest).catch(() => undefined);
    }
    if (!automatic) this.#excused.delete(guest);
    guests.preparing(guest, automatic, intent);
    await runner.prepare(guest);
    if (this.#excused.delete(guest)) await runner.forgive(guest).catch(() => undefined);
  }

  /** The guests that systemd waits for. */
  preparing(): readonly string[] {
    return this.#options.runner.preparing();
  }

  /** Answers those starts that a pass showed to be impossible. */
  refuse(asked: readonly string[], problemOf: (guest: string) => string | undefined): void {
    const { runner, guests } = this.#options;
    for (const guest of asked) {
      const problem = problemOf(guest);
      if (problem === undefined) continue;
      guests.refused(guest, problem);
      // systemd counts with the next start: what is to be forgotten is forgotten before it can think of that.
      void this.#excuse(guest).then(() => runner.refuse(guest, refusal(guest, problem)));
    }
  }

  /**
   * What stands in the way of a guest with a definition may pass, and is no failure of the guest: automatic starts that
   * are refused do not use up the limit. systemd can only forget all of them, and crashes of before, together with the
   * number by which its delays grow. So it does where the limit is near, so that the delays grow up to there and begin
   * anew with RestartSec=, and when nothing stands in the way any more.
   */
  async #excuse(guest: string): Promise<void> {
    const { runner, guests } = this.#options;
    const wanted = guests.wanted(guest);
    if (wanted === undefined || !guests.record(guest).automatic) return;
    this.#excused.add(guest);
    const { restarts } = runner.seen(guest) ?? { restarts: 0 };
    if (restarts >= wanted.restart.burst - 1) await runner.forgive(guest).catch(() => undefined);
  }
}

function refusal(guest: string, problem: string): UserError {
  const own = /^cannot (start guest [^:]*): (.*)$/s.exec(problem);
  return new UserError(own?.[1] ?? `start guest ${guest}`, own?.[2] ?? problem);
}
