import { messageOf, UserError } from '../model/error.ts';
import { outliveTerminal, say, write } from './say.ts';
import { type Stopping, stopOnSignal } from './stopping.ts';

/**
 * Makes this process a command that works in namespaces of its own: runs `job` until it is done or the wish to
 * stop comes, and sets the exit status, with 2 for a wrong command line and 130 for an early stop.
 * @param job returns the exit status
 */
export function runOuter(usage: string, job: (stopping: Stopping) => Promise<number>): void {
  outliveTerminal();
  untilStopped(job).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.exitCode = 1;
      if (error instanceof UserError) {
        write(`umlnfs: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
      } else if (
        error instanceof Error &&
        'code' in error &&
        String(error.code).startsWith('ERR_PARSE_ARGS')
      ) {
        process.exitCode = 2;
        write(`umlnfs: ${messageOf(error)}\n\n${usage}`);
      } else {
        write(`umlnfs: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
      }
    },
  );
}

async function untilStopped(job: (stopping: Stopping) => Promise<number>): Promise<number> {
  const stopping = stopOnSignal();
  try {
    return await job(stopping);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    say('stopped before it was ready');
    return 130;
  } finally {
    stopping.close();
  }
}

/** @throws UserError for anybody but root */
export function mustBeRoot(action: string): void {
  if (process.getuid?.() === 0) return;
  throw new UserError(action, 'it makes namespaces, which takes root', {
    hint: 'run it as root, or with sudo',
  });
}
