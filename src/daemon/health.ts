import { connect } from 'node:net';
import type { GuestWanted } from '../model/desired.ts';
import { messageOf } from '../model/error.ts';
import { rootMounted } from '../model/mounts.ts';
import type { GuestRecord } from './record.ts';

/** How often (ms) a guest whose readiness has to be asked for is asked. */
const readinessInterval = 150;
/** How soon (ms) a console that a guest let go of is looked for again. */
const consoleInterval = 500;
/** How often (ms) a guest without health checks is looked at: for its console. */
const idleInterval = 1_000;
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

interface Followed {
  readonly pid: number;
  /** By what the timer was set. */
  interval: number | undefined;
  /** Undefined while the guest is being asked. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Asks each guest how it is, at its own pace: whether it is ready, where nothing tells, and whether it still
 * answers. Writes what it learns into the guest's record; decides nothing.
 */
export class Health {
  readonly #options: HealthOptions;
  readonly #followed = new Map<string, Followed>();
  #closed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Follows the guest's process from now on, if it has one, at the pace that is wanted now. */
  follow(record: GuestRecord, wanted: () => GuestWanted | undefined): void {
    if (this.#closed) return;
    const pid = record.seen.process?.pid;
    const before = this.#followed.get(record.name);
    if (before !== undefined && before.pid === pid) {
      // One that is being asked is asked again by what is wanted then.
      if (before.timer === undefined || before.interval === wanted()?.health.interval) return;
    }
    // The pace of a process that ended, or of an older definition, may be minutes.
    clearTimeout(before?.timer);
    this.#followed.delete(record.name);
    if (pid === undefined) return;
    const followed = { pid, interval: undefined, timer: undefined };
    this.#followed.set(record.name, followed);
    this.#schedule(record, wanted, followed, record.seen.readyAt === undefined ? readinessInterval : 0);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#followed.values()) clearTimeout(timer);
    this.#followed.clear();
  }

  #schedule(
    record: GuestRecord,
    wanted: () => GuestWanted | undefined,
    followed: Followed,
    delay: number,
  ): void {
    followed.interval = wanted()?.health.interval;
    followed.timer = setTimeout(() => void this.#look(record, wanted, followed), delay);
  }

  async #look(record: GuestRecord, wanted: () => GuestWanted | undefined, followed: Followed): Promise<void> {
    followed.timer = undefined;
    const { pid } = followed;
    const definition = wanted();
    let next = readinessInterval;
    if (record.seen.process?.pid === pid && record.seen.stop === undefined && definition !== undefined) {
      const answers = record.kernelUp && record.seen.health.failures === 0;
      const lost = answers && (await this.#learnConsole(record, pid)) === 'lost';
      if (record.seen.readyAt === undefined) await this.#lookForReadiness(record, definition, pid);
      else {
        await this.#check(record, definition, pid);
        // It may have changed meanwhile.
        next = wanted()?.health.interval || idleInterval;
      }
      if (lost) next = Math.min(next, consoleInterval);
    }
    // Another process is followed by now, or none.
    if (this.#followed.get(record.name) !== followed) return;
    if (record.seen.process?.pid === pid) this.#schedule(record, wanted, followed, next);
    else this.#followed.delete(record.name);
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
      if (record.seen.process?.pid !== pid) return;
      record.kernelUp = true;
      if (tell && rootMounted(mounts)) this.#options.onReady(record.name, 'its root is mounted');
    } catch {
      // It is still booting; StartTimeoutSec= bounds that.
    }
  }

  /** One health check. */
  async #check(record: GuestRecord, wanted: GuestWanted, pid: number): Promise<void> {
    const { interval, timeout, tcpPort } = wanted.health;
    if (interval === 0) return;
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
    if (seen.process?.pid !== pid) return;
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
