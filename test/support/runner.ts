import type { ProcessSeen } from '../../src/model/observed.ts';
import type { GuestRunner, ProcessExit, StartRequest } from '../../src/model/runner.ts';

/** A runner whose processes the test ends itself. */
export class ScriptedRunner implements GuestRunner {
  readonly running = new Map<string, ProcessSeen>();
  readonly signals: string[] = [];
  tail = '';
  #pid = 100;
  #listener: (exit: ProcessExit) => void = () => {};

  adopt(): Promise<ReadonlyMap<string, ProcessSeen>> {
    return Promise.resolve(this.running);
  }

  start(request: StartRequest): Promise<ProcessSeen> {
    this.#pid += 1;
    const process = { pid: this.#pid, startedAt: 0, argv: request.argv, uid: request.uid, adopted: false };
    this.running.set(request.guest, process);
    return Promise.resolve(process);
  }

  signal(guest: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.signals.push(`${guest} ${signal}`);
    return Promise.resolve();
  }

  onExit(listener: (exit: ProcessExit) => void): void {
    this.#listener = listener;
  }

  consoleTail(): Promise<string> {
    return Promise.resolve(this.tail);
  }

  consoleLog(guest: string): string {
    return `/var/log/umlnfs/${guest}/console.log`;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The guest's process ends like this. */
  end(guest: string, exit: { code?: number; signal?: string }): void {
    const process = this.running.get(guest);
    if (process === undefined) throw new Error(`${guest} does not run`);
    this.running.delete(guest);
    this.#listener({ guest, pid: process.pid, code: exit.code, signal: exit.signal });
  }
}
