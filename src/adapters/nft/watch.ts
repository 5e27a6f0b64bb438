import { type ChildProcess, spawn } from 'node:child_process';
import { tableName } from '../../model/filter/table.ts';

/** Changes come in bursts: a table is a hundred lines. */
const coalesce = 20;
const restartDelay = 1_000;
/** Where there is no nft, somebody may install it. */
const missingDelay = 30_000;

/**
 * Calls `onDirty` soon (20 ms) after rules of umlnfs in this network namespace changed, and once whenever changes may
 * have been missed. The returned function ends that.
 */
export function watchTables(onDirty: () => void): () => void {
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
    // Rules alone: told of elements, some versions crash. It would outlive a daemon that is killed: the kernel ends it
    // with us.
    child = spawn('setpriv', ['--pdeathsig', 'KILL', 'nft', 'monitor', 'rules'], {
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
      // Others change their rules as often as they like.
      if (lines.some((line) => ours.test(line))) dirty();
    });
    child.on('error', () => again(missingDelay));
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

const ours = new RegExp(` (bridge|inet) ${tableName} `);
