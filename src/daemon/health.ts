import { connect } from 'node:net';
import type { GuestWanted } from '../model/desired.ts';
import { messageOf } from '../model/error.ts';
import { rootMounted } from '../model/mounts.ts';
import type { GuestRecord } from './record.ts';

/** How often (ms) a guest whose readiness has to be asked for is asked. */
const readinessInterval = 150;
/** How soon (ms) a console that a guest let go of is looked for again. */
const consoleInterval = 500;
/** Time (ms) for the answer to one such question. */
const readinessTimeout = 1_000;

/** The part of StartTimeoutSec= after which a guest that said nothing may have said it to nobody. */
const lateInStart = 2 / 3;

export interface HealthOptions {
  /** Asks the guest's kernel over mconsole; rejects when it does not answer in time (ms). */
  readonly ask: (guest: string, command: 'version' | 'proc 1/mounts', timeout: number) => Promise<string>;
  /** The pts of the guest's console, or empty; `known` is what it was when last asked. */
  readonly console: (guest: string, known: string) => Promise<string>;
  readonly clock: () => number;
  readonly onReady: (guest: string, how: string) => void;
  readonly markDirty: () => void;
  /** Tells on the bus what changed, where nothing is to be done about it. */
  readonly announce: () => void;
}

/**
 * Asks each guest how it is, at its own pace: whether it is ready, where nothing tells, and whether it still
 * answers. Writes what it learns into the guest's record; decides nothing.
 */
export class Health {
  readonly #options: HealthOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Follows the guest from now on, if it has a process and is not followed already. */
  follow(record: GuestRecord, wanted: () => GuestWanted | undefined): void {
    if (this.#timers.has(record.name) || record.seen.process === undefined) return;
    this.#schedule(record, wanted, record.seen.readyAt === undefined ? readinessInterval : 0);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #schedule(record: GuestRecord, wanted: () => GuestWanted | undefined, delay: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => void this.#look(record, wanted), delay);
    this.#timers.set(record.name, timer);
  }

  async #look(record: GuestRecord, wanted: () => GuestWanted | undefined): Promise<void> {
    const pid = record.seen.process?.pid;
    const definition = wanted();
    let next = readinessInterval;
    if (pid !== undefined && record.seen.stop === undefined && definition !== undefined) {
      const answers = record.kernelUp && record.seen.health.failures === 0;
      const lost = answers && (await this.#learnConsole(record, pid)) === 'lost';
      if (record.seen.readyAt === undefined) await this.#lookForReadiness(record, definition, pid);
      else next = await this.#check(record, definition, pid);
      if (lost) next = Math.min(next, consoleInterval);
    }
    this.#timers.delete(record.name);
    if (record.seen.process !== undefined) this.#schedule(record, wanted, next);
  }

  /** A guest that lets go of its console (a login that ends does) gets another pts for the next. */
  async #learnConsole(record: GuestRecord, pid: number): Promise<'lost' | undefined> {
    const before = record.console;
    const pts = await this.#options.console(record.name, before).catch(() => before);
    if (record.seen.process?.pid !== pid || pts === before) return undefined;
    record.console = pts;
    this.#options.announce();
    return pts === '' ? 'lost' : undefined;
  }

  async #lookForReadiness(record: GuestRecord, wanted: GuestWanted, pid: number): Promise<void> {
    const adopted = record.seen.process?.adopted === true;
    // For its console it is enough to know that its kernel answers.
    const tell = mountsTell(record, wanted, this.#options.clock());
    if (!tell && !(adopted && !record.kernelUp)) return;
    try {
      const mounts = await this.#options.ask(record.name, 'proc 1/mounts', readinessTimeout);
      record.kernelUp = true;
      if (tell && record.seen.process?.pid === pid && rootMounted(mounts)) {
        this.#options.onReady(record.name, 'its root is mounted');
      }
    } catch {
      // It is still booting; StartTimeoutSec= bounds that.
    }
  }

  /** One health check; returns the time (ms) until the next. */
  async #check(record: GuestRecord, wanted: GuestWanted, pid: number): Promise<number> {
    const { interval, timeout, tcpPort } = wanted.health;
    if (interval === 0) return 1_000;
    let error: string | undefined;
    let kernelAnswers = false;
    try {
      await this.#options.ask(record.name, 'version', timeout);
      kernelAnswers = true;
      if (tcpPort !== undefined && wanted.network.address !== undefined) {
        await accepts(wanted.network.address, tcpPort, timeout);
      }
    } catch (thrown) {
      error = messageOf(thrown);
    }
    const { seen } = record;
    if (seen.process?.pid !== pid) return interval;
    const failures = error === undefined ? 0 : seen.health.failures + 1;
    const changed = failures !== seen.health.failures;
    seen.health = {
      failures,
      lastOkAt: error === undefined ? this.#options.clock() : seen.health.lastOkAt,
      lastError: error,
      kernelAnswers,
    };
    record.kernelUp ||= error === undefined;
    if (changed) this.#options.markDirty();
    return interval;
  }
}

/**
 * Whether its mounts tell that a guest is ready. With Ready=notify they do for one that was adopted and cannot tell
 * again: nobody holds its notify socket while no daemon runs, and what it says then is lost, not queued. As long as its
 * unit is still starting it may yet say so, and its root is mounted long before: then they are believed only late.
 */
function mountsTell({ seen }: GuestRecord, wanted: GuestWanted, now: number): boolean {
  if (wanted.ready === 'mount') return true;
  const { process, unit } = seen;
  if (process?.adopted !== true) return false;
  return unit?.active !== 'activating' || now >= process.startedAt + wanted.startTimeout * lateInStart;
}

/** Resolves when the port accepts a connection within `timeout` ms. */
function accepts(host: string, port: number, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (cause: string) => {
      socket.destroy();
      reject(new Error(`TCP port ${port} of ${host}: ${cause}`));
    };
    socket.setTimeout(timeout, () => fail('no answer in time'));
    socket.once('error', (error) => fail(error.message));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
