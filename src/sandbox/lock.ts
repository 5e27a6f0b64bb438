import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../model/error.ts';

export interface Lock {
  /** For a child that shall hold the lock too. */
  readonly fd: number;
  release(): Promise<void>;
}

/** How long (ms) a start that was killed may take to put its guest away. */
const patience = 60_000;

/**
 * Takes the lock of a state directory: held by this process and those that get its descriptor, until the last
 * of them ends, however it ends. Waits for the rest of a start that was killed.
 * @param job names it to people (`npm start`), and the variable that gives it another directory
 * @param onWait called once when it has to wait
 * @throws UserError while another start runs
 */
export async function takeLock(
  path: string,
  job: { readonly what: string; readonly directory: string },
  onWait: () => void,
): Promise<Lock> {
  const file = await open(path, 'a+', 0o600);
  try {
    const deadline = performance.now() + patience;
    for (let waited = false; !(await tryLock(file)); waited = true) {
      const holder = await holderOf(path);
      if (holder !== undefined || performance.now() > deadline) {
        throw new UserError(
          `run ${job.what}`,
          `another one runs already${holder === undefined ? '' : ` (process ${holder})`}`,
          {
            hint: `end it with Ctrl-C, or give this one a directory of its own with ${job.directory}`,
          },
        );
      }
      if (!waited) onWait();
      await setTimeout(200);
    }
    await file.truncate();
    await file.write(`${process.pid}\n`);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { fd: file.fd, release: () => file.close() };
}

/** flock(1) locks the open file it inherits, which is this process's too, and leaves it locked. */
async function tryLock(file: FileHandle): Promise<boolean> {
  // Not execa: it hands on no descriptor above 9.
  const flock = spawn('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', file.fd],
  });
  const [code] = (await once(flock, 'exit')) as [number | null];
  return code === 0;
}

/** The process that took the lock, while it runs. */
async function holderOf(path: string): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const pid = Number((await file.readFile('utf8')).trim());
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
