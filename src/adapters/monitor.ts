import { type ChildProcess, spawn } from 'node:child_process';

/** Changes come in bursts: one tap is five. */
const coalesce = 20;
const restartDelay = 1_000;
/** Where there is no such program, somebody may install it. */
const missingDelay = 30_000;

export interface MonitorOptions {
  /** A program that prints lines as long as it runs, and its arguments. */
  readonly command: readonly string[];
  /** Whether a line is about a change that matters; without it every line is. */
  readonly matters?: (line: string) => boolean;
  readonly onDirty: () => void;
}

/**
 * Calls `onDirty` soon (20 ms) after the program told of a change, and once whenever changes may have been missed. The
 * returned function ends that.
 */
export function monitor({ command, matters = () => true, onDirty }: MonitorOptions): () => void {
  let closed = false;
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let pending: NodeJS.Timeout | undefined;

  const dirty = () => {
    pending ??= setTimeout(() => {
      pending = undefined;
      onDirty();
    }, coalesce);
  };
  const begin = () => {
    // It would outlive a daemon that is killed: the kernel ends it with us.
    child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    });
    let ended = false;
    const again = (delay: number) => {
      if (ended || closed) return;
      ended = true;
      restart = setTimeout(() => {
        begin();
        dirty();
      }, delay);
    };
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()?.slice(-1_000) ?? '';
      if (lines.some(matters)) dirty();
    });
    child.on('error', () => again(restartDelay));
    // setpriv says 127 of a program that is missing.
    child.on('exit', (code) => again(code === 127 ? missingDelay : restartDelay));
  };
  begin();

  return () => {
    closed = true;
    clearTimeout(restart);
    clearTimeout(pending);
    child?.stdout?.destroy();
    child?.kill('SIGKILL');
  };
}
