import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../../model/error.ts';
import type { ProcessSeen } from '../../model/observed.ts';
import type { GuestRunner, ProcessExit, StartRequest } from '../../model/runner.ts';
import { addressLayout } from './address-layout.ts';
import { findGuests } from './adoption.ts';
import { boundConsoleLog, openConsoleLog, readConsoleTail } from './console-log.ts';
import { prepareGuestDirectory } from './guest-directory.ts';
import { checkMemoryFile } from './memory-file.ts';
import { commandOf, findProcesses, livingProcess } from './proc.ts';
import { checkTun } from './tun.ts';
import { asUser } from './unprivileged.ts';

export interface ChildRunnerOptions {
  /** The directory with a directory per guest (`/run/umlnfs/guests`). */
  readonly guests: string;
  /** The directory with a directory of console logs per guest (`/var/log/umlnfs`). */
  readonly logs: string;
  /** Milliseconds on the monotonic clock. */
  readonly clock?: () => number;
}

interface Running {
  readonly pid: number;
  readonly uid: number;
  /** Of an adopted process, whose end has to be looked for. */
  readonly startTicks: number | undefined;
  readonly child: ChildProcess | undefined;
  /** Settled when the one who started it knows of it: its end is not told before. */
  readonly known: Promise<void>;
}

/** How often (ms) adopted processes are looked at … */
const pollInterval = 250;
/** … and how often console logs are: more often while one grows fast. */
const logInterval = 1_000;
const fastLogInterval = 100;
/**
 * Room (bytes) above its memory for a guest's largest file, which may be its log while no daemon bounds it. Much
 * more than a guest can write between two looks: programs that write to a console whose log is full wait for ever.
 */
const fileMargin = 128 * 1024 * 1024;

/**
 * Runs guests' kernels as children that do not end with the daemon: each leads a session of its own, writes its
 * console to a file, and is found again by the next daemon.
 */
export class ChildRunner implements GuestRunner {
  readonly #options: ChildRunnerOptions;
  readonly #clock: () => number;
  readonly #running = new Map<string, Running>();
  readonly #listeners: ((exit: ProcessExit) => void)[] = [];
  #poll: NodeJS.Timeout | undefined;
  #logTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ChildRunnerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#boundLogsIn(logInterval);
  }

  async adopt(): Promise<ReadonlyMap<string, ProcessSeen>> {
    const adopted = new Map<string, ProcessSeen>();
    for (const [name, { seen, stat }] of await findGuests(this.#options.guests, this.#clock())) {
      if (this.#running.has(name)) continue;
      this.#running.set(name, {
        pid: seen.pid,
        uid: seen.uid,
        startTicks: stat.startTicks,
        child: undefined,
        known: Promise.resolve(),
      });
      adopted.set(name, seen);
    }
    if (adopted.size > 0) this.#poll ??= setInterval(() => void this.#lookForEnds(), pollInterval);
    return adopted;
  }

  async start(request: StartRequest): Promise<ProcessSeen> {
    const { guest, uid, gid, argv, memoryBytes, diskBytes = 0 } = request;
    const action = `start guest ${guest}`;
    if (uid === 0 || gid === 0)
      throw new UserError(action, 'a guest never runs as root', { hint: 'change User=' });
    if (this.#running.has(guest)) throw new UserError(action, 'it runs already');
    await checkTun(action);
    await checkMemoryFile(action, memoryBytes);
    const { guests } = this.#options;
    const paths = await prepareGuestDirectory(guests, guest, { uid, gid });
    const layout = await addressLayout();
    const limits = [
      'prlimit',
      '--core=0',
      `--fsize=${Math.max(memoryBytes + layout.gap + fileMargin, diskBytes)}`,
    ];
    const environment = { HOME: paths.uml, PATH: '/usr/bin:/bin' };
    const log = await openConsoleLog(this.consoleLog(guest));
    let told: (() => void) | undefined;
    try {
      const command = [...limits, ...layout.command, ...asUser({ uid, gid }, environment), ...argv];
      const child = await launch(action, command, log.fd);
      const { pid } = child;
      const known = new Promise<void>((resolve) => {
        told = resolve;
      });
      this.#running.set(guest, { pid, uid, startTicks: undefined, child, known });
      child.once('exit', (code, signal) => this.#ended(guest, pid, code ?? undefined, signal ?? undefined));
      return { pid, startedAt: this.#clock(), argv, uid, adopted: false };
    } finally {
      await log.close();
      // After whatever the caller does at once when this resolves.
      setImmediate(() => told?.());
    }
  }

  async signal(guest: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#running.get(guest);
    if (running === undefined || !(await this.#isAlive(running))) return;
    // The kernel's own processes are left behind when only the main one is killed.
    send(signal === 'SIGKILL' ? -running.pid : running.pid, signal);
  }

  onExit(listener: (exit: ProcessExit) => void): void {
    this.#listeners.push(listener);
  }

  async consoleTail(guest: string): Promise<string> {
    return await readConsoleTail(this.consoleLog(guest));
  }

  consoleLog(guest: string): string {
    return join(this.#options.logs, guest, 'console.log');
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    clearTimeout(this.#logTimer);
    this.#closed = true;
    for (const { child } of this.#running.values()) {
      child?.removeAllListeners();
      child?.unref();
    }
    this.#running.clear();
  }

  async #isAlive({ pid, startTicks, child }: Running): Promise<boolean> {
    if (child !== undefined) return child.exitCode === null && child.signalCode === null;
    return (await livingProcess(pid))?.startTicks === startTicks;
  }

  async #lookForEnds(): Promise<void> {
    for (const [guest, running] of this.#running) {
      if (running.child !== undefined || (await this.#isAlive(running))) continue;
      this.#ended(guest, running.pid, undefined, undefined);
    }
  }

  #ended(guest: string, pid: number, code: number | undefined, signal: string | undefined): void {
    const running = this.#running.get(guest);
    if (running?.pid !== pid) return;
    this.#running.delete(guest);
    // What is left of it holds its tap and its memory: the guest has ended only when that is gone.
    void Promise.allSettled([endOrphans(running), running.known]).then(() => {
      for (const listener of this.#listeners) listener({ guest, pid, code, signal });
    });
  }

  #boundLogsIn(delay: number): void {
    if (this.#closed) return;
    this.#logTimer = setTimeout(() => void this.#boundLogs(), delay).unref();
  }

  async #boundLogs(): Promise<void> {
    let cut = false;
    for (const guest of this.#running.keys()) {
      cut = (await boundConsoleLog(this.consoleLog(guest)).catch(() => false)) || cut;
    }
    this.#boundLogsIn(cut ? fastLogInterval : logInterval);
  }
}

/** The child once it exists; UserError when it cannot be made. */
async function launch(
  action: string,
  command: readonly string[],
  log: number,
): Promise<ChildProcess & { pid: number }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', log, log],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new UserError(action, error.message, { hint: 'apt install util-linux', cause: error })),
    );
  });
  return child as ChildProcess & { pid: number };
}

/** Kills the processes of the group whose leader has ended, and waits until they are gone (at most 1 s). */
async function endOrphans({ pid, uid }: Running): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const left = await findProcesses(({ group, session }) => group === pid && session === pid);
    if (left.length === 0) return;
    for (const orphan of left) {
      if ((await commandOf(orphan.pid))?.uid === uid) send(orphan.pid, 'SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
