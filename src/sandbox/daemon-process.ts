import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../model/error.ts';

const entry = fileURLToPath(new URL('../daemon/main.js', import.meta.url));
/** Longer (ms) than the daemon takes to stop a guest that does not listen. */
const endPatience = 90_000;

export interface DaemonPlaces {
  readonly daemonLog: string;
  /** What the daemon gets as --config-dir. */
  readonly definitions: string;
}

/** The daemon as a child, its log in a file. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  readonly #ended: Promise<never>;
  #ending: Promise<void> | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'exit');
    this.#ended = this.#exit.then(([code, signal]) => {
      throw new UserError('go on', `the daemon ended early (${signal ?? `status ${code}`})`);
    });
    this.#ended.catch(() => {});
  }

  static async start(places: DaemonPlaces): Promise<DaemonProcess> {
    const log = await open(places.daemonLog, 'w', 0o640);
    try {
      const child = spawn(process.execPath, [entry, '--config-dir', places.definitions], {
        stdio: ['ignore', log.fd, log.fd],
        // Nothing of the user's session: no system bus, no service manager.
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      });
      return new DaemonProcess(child);
    } finally {
      await log.close();
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Rejects when the daemon ends before `what` is done. */
  whileItRuns<T>(what: Promise<T>): Promise<T> {
    return Promise.race([what, this.#ended]);
  }

  /** Tries until it succeeds: the bus comes up with the daemon's first reconcile. */
  async reachable<T>(connect: () => Promise<T>, wish: AbortSignal): Promise<T> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      try {
        return await this.whileItRuns(connect());
      } catch (error) {
        if (this.#child.exitCode !== null || performance.now() > deadline) throw error;
      }
      await this.whileItRuns(setTimeout(50, undefined, { signal: wish }));
    }
  }

  /** SIGTERM: the daemon stops the guests, the NFS server and the bus, and ends. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const giveUp = new AbortController();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(endPatience, undefined, { signal: giveUp.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    );
    await this.#exit;
    giveUp.abort();
    await late;
  }
}
