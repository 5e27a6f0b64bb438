import type { Logger } from 'pino';
import { prepareDisk } from '../adapters/uml/disks.ts';
import { makeGuestDirectory, removeGuestDirectory } from '../adapters/uml/guest-directory.ts';
import { type MconsoleCommand, mconsole } from '../adapters/uml/mconsole.ts';
import type { NotifyHub } from '../adapters/uml/notify.ts';
import type { Desired } from '../model/desired.ts';
import { messageOf, UserError } from '../model/error.ts';
import type { StopPhase } from '../model/observed.ts';
import type { GuestRunner } from '../model/runner.ts';
import { mconsolePath } from '../plan/command-line.ts';
import type { StepOf } from '../plan/step.ts';
import { phaseLimit } from '../plan/stop-phases.ts';
import type { Guests } from './guests.ts';

/** Time (ms) for one mconsole request while stopping: the phases have limits of their own. */
const requestTimeout = 1_000;

export interface GuestStepsOptions {
  readonly runner: GuestRunner;
  readonly hub: NotifyHub;
  readonly guests: Guests;
  readonly log: Logger;
  readonly clock: () => number;
  readonly desired: () => Desired | undefined;
  readonly guestsDirectory: string;
  readonly replyDirectory: string;
}

/** Starting and stopping guests, and asking them. */
export class GuestSteps {
  readonly #options: GuestStepsOptions;

  constructor(options: GuestStepsOptions) {
    this.#options = options;
  }

  async start(step: StepOf<'guest.start'>): Promise<void> {
    const { runner, guests, desired } = this.#options;
    const { wanted } = step;
    const uid = desired()?.taps.get(wanted.network.tap)?.uid;
    if (uid === undefined) throw new UserError(`start guest ${wanted.name}`, 'it has no user');
    let largest = 0;
    for (const { path } of wanted.disks)
      largest = Math.max(largest, await prepareDisk(wanted.name, path, uid));
    await this.listen(wanted.name, uid);
    const process = await runner.start({
      guest: wanted.name,
      argv: step.argv,
      uid,
      gid: uid,
      memoryBytes: wanted.memoryBytes,
      diskBytes: largest,
    });
    guests.began(wanted, process);
  }

  /** Opens the guest's notify socket, also for one that was adopted. */
  async listen(guest: string, uid: number): Promise<void> {
    const own = await makeGuestDirectory(this.#options.guestsDirectory, guest);
    await this.#options.hub.open(guest, `${own}/notify`, uid, mconsolePath(`${own}/uml`, guest));
  }

  /** Nothing of a guest without a process stays in the runtime directory. */
  async forget(guest: string): Promise<void> {
    await this.#options.hub.close(guest);
    await removeGuestDirectory(this.#options.guestsDirectory, guest);
  }

  async stop(step: StepOf<'guest.stop'>): Promise<void> {
    const { guests, clock, desired } = this.#options;
    let since = clock();
    try {
      await this.#press(step.guest, step.phase);
    } catch (error) {
      // A guest that cannot be asked gets no time to answer: the next phase follows at once.
      const limit = desired()?.guests.get(step.guest)?.stopTimeout ?? 0;
      since = clock() - phaseLimit(step.phase, limit);
      this.#options.log.warn(
        { guest: step.guest, step: step.kind, reason: messageOf(error) },
        `${step.phase} did not reach guest ${step.guest}`,
      );
    }
    guests.stopping(step.guest, step.phase, step.reason, step.why, since);
  }

  async #press(guest: string, phase: StopPhase): Promise<void> {
    switch (phase) {
      case 'ctrl-alt-del':
        await this.ask(guest, 'cad', requestTimeout);
        return;
      case 'sync':
        await this.ask(guest, 'sysrq s', requestTimeout);
        await this.ask(guest, 'sysrq u', requestTimeout);
        return;
      case 'halt':
        await this.ask(guest, 'halt', requestTimeout);
        return;
      case 'term':
        return this.#options.runner.signal(guest, 'SIGTERM');
      default:
        return this.#options.runner.signal(guest, 'SIGKILL');
    }
  }

  /** The guest kernel's answer; rejects when there is none within `timeout` ms, or it refuses. */
  async ask(guest: string, command: MconsoleCommand, timeout: number): Promise<string> {
    const uid = this.#options.guests.record(guest).seen.process?.uid;
    if (uid === undefined) throw new UserError(`ask guest ${guest}`, 'it does not run');
    const answer = await mconsole(this.mconsole(guest), command, {
      timeoutMs: timeout,
      replyDir: this.#options.replyDirectory,
      peerUid: uid,
    });
    if (!answer.ok) throw new UserError(`ask guest ${guest} for ${command}`, answer.text);
    return answer.text;
  }

  mconsole(guest: string): string {
    return mconsolePath(`${this.#options.guestsDirectory}/${guest}/uml`, guest);
  }
}
