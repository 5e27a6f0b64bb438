import type { Client, WatchEvent } from '../adapters/dbus/client.ts';
import { UserError } from '../model/error.ts';
import type { GuestStatus } from '../model/status.ts';

/** How long (ms) a step may fail before it is given up: the daemon tries again by itself. */
const problemPatience = 20_000;
const stopPatience = 120_000;

/** Follows one guest over D-Bus, and says what happens to it. */
export class Follower {
  readonly #client: Client;
  readonly #say: (text: string) => void;
  #status: GuestStatus;
  #lost: Error | undefined;
  #changed: (() => void)[] = [];
  #said = '';

  private constructor(client: Client, status: GuestStatus, say: (text: string) => void) {
    this.#client = client;
    this.#say = say;
    this.#status = status;
  }

  static async follow(client: Client, name: string, say: (text: string) => void): Promise<Follower> {
    const early: WatchEvent[] = [];
    let listener = (event: WatchEvent): void => void early.push(event);
    const found = (await client.watch((event) => listener(event))).find((each) => each.name === name);
    if (found === undefined) {
      const problems = await client.problems();
      throw new UserError(`follow guest ${name}`, problems.join('; ') || 'the daemon does not know it');
    }
    const follower = new Follower(client, found, say);
    listener = (event) => follower.#take(event);
    for (const event of early) follower.#take(event);
    follower.#tell();
    return follower;
  }

  get status(): GuestStatus {
    return this.#status;
  }

  /**
   * Resolves with the seconds from the kernel's start to readiness; rejects as soon as the guest ends instead,
   * or a step for it keeps failing.
   */
  async ready(patience: number, wish: AbortSignal): Promise<number> {
    const deadline = performance.now() + patience;
    let troubleSince: number | undefined;
    await this.#until(() => {
      wish.throwIfAborted();
      const { state, problem, lastEndReason, lastEndDetail, name } = this.#status;
      if (lastEndReason !== '' || state === 'failed') {
        throw new UserError(`boot ${name}`, `it ended (${lastEndReason}): ${lastEndDetail || problem}`);
      }
      const now = performance.now();
      troubleSince = problem === '' ? undefined : (troubleSince ?? now);
      if (troubleSince !== undefined && now - troubleSince > problemPatience)
        throw new UserError(`boot ${name}`, problem);
      if (now > deadline)
        throw new UserError(`boot ${name}`, `it is not ready after ${patience / 1000} s (${state})`);
      return state === 'running';
    }, wish);
    return this.#status.readySeconds;
  }

  /** Resolves when the wish to stop comes. */
  async untilWished(wish: AbortSignal): Promise<void> {
    await this.#until(() => wish.aborted, wish);
  }

  /** Resolves when the guest is down. */
  async stop(): Promise<void> {
    const deadline = performance.now() + stopPatience;
    await this.#client.act('stop', this.#status.name);
    await this.#until(() => {
      if (performance.now() > deadline) throw new UserError(`stop ${this.#status.name}`, 'it does not end');
      return this.#status.pid === 0 && (this.#status.state === 'stopped' || this.#status.state === 'failed');
    });
  }

  #take(event: WatchEvent): void {
    if (event.kind === 'lost') this.#lost = event.error;
    else if (event.kind !== 'removed' && event.status.name === this.#status.name) {
      this.#status = event.status;
      this.#tell();
    }
    for (const wake of this.#changed.splice(0)) wake();
  }

  /** Says the state when it has changed; ready and stopped are said by who waited for them. */
  #tell(): void {
    const { name, state, detail, problem } = this.#status;
    const more = problem !== '' ? `: ${problem}` : detail === '' ? '' : `: ${detail}`;
    const text = `${name} is ${state}${more}`;
    if (text === this.#said || state === 'running' || state === 'stopped') return;
    this.#said = text;
    this.#say(text);
  }

  /** Looks at each change, and each second for what time alone decides. */
  async #until(done: () => boolean, wish?: AbortSignal): Promise<void> {
    while (!done()) {
      if (this.#lost !== undefined) throw this.#lost;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          wish?.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, 1_000);
        wish?.addEventListener('abort', wake);
        this.#changed.push(wake);
      });
    }
  }
}
