import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mconsole } from '../../adapters/uml/mconsole.ts';
import { UserError } from '../../model/error.ts';
import { mconsolePath } from '../../plan/command-line.ts';
import type { Places } from '../places.ts';
import type { Command } from './command.ts';
import { NotifySocket } from './notify-socket.ts';
import { patiently } from './patience.ts';

const stopPatience = 60_000;

/** Guests that a plain shell starts, without umlnfs. */
export class BareGuests {
  readonly #places: Places;
  readonly #commands: readonly Command[];
  readonly #script: string;
  #sockets: NotifySocket[] = [];
  #shell: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  private constructor(places: Places, commands: readonly Command[], script: string) {
    this.#places = places;
    this.#commands = commands;
    this.#script = script;
  }

  /** Makes the directories and sockets that the command lines name, and the script that has them. */
  static async prepare(places: Places, commands: readonly Command[]): Promise<BareGuests> {
    const script = join(places.bareGuests, 'start.sh');
    await mkdir(places.bareGuests, { recursive: true });
    await writeFile(script, scriptFor(places, commands));
    const guests = new BareGuests(places, commands, script);
    for (const { guest, uid } of commands) {
      const own = join(places.bareGuests, guest);
      await rm(own, { recursive: true, force: true });
      for (const name of ['uml', 'empty']) await mkdir(join(own, name), { recursive: true });
      await chown(join(own, 'uml'), uid, uid);
      await mkdir(dirname(bareConsole(places, guest)), { recursive: true });
      guests.#sockets.push(new NotifySocket(join(own, 'notify'), uid));
    }
    return guests;
  }

  /** Runs the script; returns the time (ms, monotonic) right before. */
  start(): number {
    const began = performance.now();
    // A process group of its own, which a kill reaches as a whole.
    this.#shell = spawn('/bin/sh', [this.#script], { stdio: 'ignore', detached: true });
    this.#ended = once(this.#shell, 'exit');
    return began;
  }

  /** Resolves with the time (ms, monotonic) at which the last guest said that it is ready. */
  async ready(patience: number, wish: AbortSignal): Promise<number> {
    const all = Promise.all(this.#sockets.map(({ ready }) => ready));
    return Math.max(...(await this.whileTheyRun(all, 'READY=1', patience, wish)));
  }

  /** Waits as `patiently` does, and no longer than until all guests have ended. */
  async whileTheyRun<T>(promise: Promise<T>, what: string, patience: number, wish: AbortSignal): Promise<T> {
    const ended = this.#ended.then(() => {
      throw new UserError(`wait for ${what}`, 'the guest that the shell started has ended');
    });
    ended.catch(() => {});
    return await patiently(Promise.race([promise, ended]), what, patience, wish);
  }

  /** Ends the guests by ctrl-alt-del, as umlnfs does, or else by force. */
  async stop(wish: AbortSignal): Promise<void> {
    const shell = this.#shell;
    if (shell?.pid === undefined) return;
    await Promise.all(this.#commands.map((command) => this.#press(command)));
    try {
      await patiently(this.#ended, 'the end of the guests', stopPatience, wish);
    } catch {
      this.kill();
      await this.#ended;
    }
  }

  /** Ends what still runs at once, and lets go of the sockets. */
  close(): void {
    this.kill();
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  kill(): void {
    const shell = this.#shell;
    if (shell?.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    try {
      process.kill(-shell.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }

  async #press({ guest, uid }: Command): Promise<void> {
    const path = mconsolePath(join(this.#places.bareGuests, guest, 'uml'), guest);
    const where = { timeoutMs: 2_000, replyDir: join(this.#places.bareGuests, 'ask'), peerUid: uid };
    // One that does not listen is killed later.
    await mconsole(path, 'cad', where).catch(() => {});
  }
}

export function bareConsole(places: Places, guest: string): string {
  return join(places.logs, 'bare', guest, 'console.log');
}

/**
 * What somebody would write by hand: each guest as the user that its tap belongs to, in the background. Memory is
 * laid out as umlnfs does it, so that both sides boot the same kernel.
 */
function scriptFor(places: Places, commands: readonly Command[]): string {
  const lines = commands.map(({ guest, argv, uid }) => {
    const home = join(places.bareGuests, guest, 'uml');
    const words = [
      ...['setarch', '--addr-no-randomize'],
      ...['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
      ...['env', '-i', `HOME=${home}`, 'PATH=/usr/bin:/bin'],
      ...argv,
    ];
    return `${words.map(quoted).join(' ')} </dev/null >${quoted(bareConsole(places, guest))} 2>&1 &\n`;
  });
  return `${lines.join('')}wait\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
