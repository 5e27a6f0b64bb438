import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { commandOf, livingProcess } from './uml/proc.ts';

/** Milliseconds for an orderly end; then the next signal. */
const patience = 5_000;

/** The process of a server of our own. It outlives this one, and the next daemon finds it by its pid file. */
export class ServerProcess {
  readonly #pidFile: string;
  readonly #argument: string;
  #child: ChildProcess | undefined;
  #onExit: () => void = () => {};

  /** @param argument one of its command line that no other process has */
  constructor(pidFile: string, argument: string) {
    this.#pidFile = pidFile;
    this.#argument = argument;
  }

  /** Called at once when one that this process started has ended. */
  onExit(listener: () => void): void {
    this.#onExit = listener;
  }

  /** Whoever started it; undefined when none runs. */
  async pid(): Promise<number | undefined> {
    const pid = Number((await readFile(this.#pidFile, 'utf8').catch(() => '')).trim());
    if (!Number.isInteger(pid) || pid <= 0 || (await livingProcess(pid)) === undefined) return undefined;
    // Its number may be somebody else's by now.
    const argv = (await commandOf(pid))?.argv ?? [];
    return argv.includes(this.#argument) ? pid : undefined;
  }

  /** Takes one over that was just started, detached; the answer tells how it ended, or nothing while it runs. */
  follow(child: ChildProcess): () => Promise<string | undefined> {
    this.#child = child;
    let ended: string | undefined;
    child.on('error', (error) => {
      ended = error.message;
    });
    child.on('exit', (code, signal) => {
      ended = signal === null ? `it ended with status ${code}` : `${signal} ended it`;
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#onExit();
    });
    child.unref();
    return async () => ended;
  }

  /** Ends it, if it runs: by each signal when the one before had its time. */
  async end(signals: readonly ('SIGTERM' | 'SIGKILL')[] = ['SIGTERM', 'SIGKILL']): Promise<void> {
    this.#child = undefined;
    for (const signal of signals) {
      const pid = await this.pid();
      if (pid === undefined) break;
      try {
        process.kill(pid, signal);
      } catch {
        break;
      }
      const deadline = performance.now() + patience;
      while ((await livingProcess(pid)) !== undefined && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    await rm(this.#pidFile, { force: true });
  }
}
