import { type ChildProcess, spawn } from 'node:child_process';

/** Changes come in bursts: one tap is five. */
const coalesce = 20;
const restartDelay = 1_000;

/**
 * Calls `onDirty` soon (20 ms) after any link or address of this network namespace changed, and once whenever
 * changes may have been missed. The returned function ends that.
 */
export function watchLinks(onDirty: () => void): () => void {
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
    child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', 'monitor', 'link', 'address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let ended = false;
    const again = () => {
      if (ended || closed) return;
      ended = true;
      restart = setTimeout(() => {
        begin();
        dirty();
      }, restartDelay);
    };
    // What it says does not matter, only that it says something.
    child.stdout?.on('data', dirty);
    child.on('error', again);
    child.on('exit', again);
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
