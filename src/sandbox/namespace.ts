import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../model/error.ts';
import type { FromInner, ToInner } from './inner.ts';
import { clockForInner, say } from './say.ts';
import type { Stopping } from './stopping.ts';

export interface Inner {
  /** The compiled module to run, which calls `runInner`. */
  readonly module: string;
  /** Given to it, as JSON. */
  readonly argument: unknown;
  /** Held by it as well, so that the next start waits for its end. */
  readonly lockFd: number;
  readonly stopping: Stopping;
}

/**
 * Runs a module in namespaces of its own for network, mounts and processes. Whatever is left of it ends with
 * its process 1, and that with unshare; if this process is killed, the module sees the channel close and stops.
 * @returns its result; undefined when it failed and has said why
 */
export async function runInNamespaces<Result>(inner: Inner): Promise<Result | undefined> {
  const { module, argument, lockFd, stopping } = inner;
  stopping.signal.throwIfAborted();
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  // The shell is process 1 and reaps orphans, which Node would leave as zombies; `exit` keeps it from an exec.
  const init = ['/bin/sh', '-c', '"$@"; exit $?', 'umlnfs-sandbox'];
  const node = [process.execPath, module, JSON.stringify(argument)];
  // Not execa: it hands on no descriptor above 9. In a session of its own: Ctrl-C is for this process, which
  // then stops it in order.
  const child = spawn('unshare', [...namespaces, '--', ...init, ...node], {
    stdio: ['ignore', 'inherit', 'inherit', lockFd, 'ipc'],
    detached: true,
    env: { ...process.env, ...clockForInner },
  });
  let told: FromInner | undefined;
  child.on('message', (message) => {
    told = message as FromInner;
  });
  const stop = () => {
    say('stopping');
    // Gone already: then there is nothing to stop.
    child.send({ kind: 'stop' } satisfies ToInner, () => {});
  };
  stopping.signal.addEventListener('abort', stop, { once: true });
  stopping.onImpatience(() => {
    say('stopping at once');
    child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (told?.kind === 'result') return told.result as Result;
  if (told?.kind === 'failed' || stopping.signal.aborted) return undefined;
  throw new UserError('start', `its inner process ended early (${signal ?? `status ${code}`})`, {
    hint: 'see the messages above; namespaces take root and util-linux',
  });
}
