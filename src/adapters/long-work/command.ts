import { execa } from 'execa';
import { sanitise } from '../../model/end.ts';
import { UserError } from '../../model/error.ts';

/** How many lines of a failed command's messages are shown. */
const shown = 15;
/** How long (ms) a command may take to end after it was asked to. */
const grace = 5_000;

export interface CommandOptions {
  /** For the error: completes "cannot …". */
  readonly action: string;
  /** Ends the command and all it has started. */
  readonly signal: AbortSignal;
  /** Each line of standard output. */
  readonly onLine?: (line: string) => void;
  /** Each line of its messages. */
  readonly onMessage?: (line: string) => void;
  /** Messages that say nothing about a failure. */
  readonly chatter?: RegExp;
  /** Exit statuses that are as good as 0. */
  readonly alsoFine?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hint?: string;
  /** What fails, where the command's first word does not tell. */
  readonly name?: string;
}

/** Of the caller's environment only this: what else is set there may change what is built. */
const kept = ['PATH', 'HOME', 'TMPDIR', 'CC', 'HOSTCC', 'http_proxy', 'https_proxy'];

/**
 * Runs a long command in a process group of its own, at low priority, and returns what it wrote to standard output.
 * @throws UserError with the last lines of its messages where it fails; the signal's reason where that ended it
 */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<string> {
  options.signal.throwIfAborted();
  const inherited = kept.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  const running = execa('nice', ['-n', '10', ...command], {
    env: { ...Object.fromEntries(inherited), LC_ALL: 'C', ...options.env },
    extendEnv: false,
    stdin: 'ignore',
    // Ctrl-C is for us: we end the group, and clean up when it is gone.
    detached: true,
    reject: false,
    buffer: false,
  });
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    send(running.pid, 'SIGTERM');
    timer = setTimeout(() => send(running.pid, 'SIGKILL'), grace);
  };
  options.signal.addEventListener('abort', stop, { once: true });
  const output: string[] = [];
  const messages: string[] = [];
  try {
    const [result] = await Promise.all([
      running,
      each(running.iterable({ from: 'stdout' }), (line) => {
        if (options.onLine === undefined) output.push(line);
        else options.onLine(line);
        // Some say on standard output why they fail; lines of progress are cut off when there is nothing else.
        if (!/^\s*[A-Z][A-Z0-9_]* /.test(line)) keep(messages, line);
      }),
      each(running.iterable({ from: 'stderr' }), (line) => {
        options.onMessage?.(line);
        if (options.chatter?.test(line) !== true) keep(messages, line);
      }),
    ]);
    options.signal.throwIfAborted();
    if (!result.failed || options.alsoFine?.includes(result.exitCode ?? -1)) return output.join('\n');
    const said = messages.map(sanitise).filter((line) => line !== '');
    const why = said.length === 0 ? (result.shortMessage ?? 'it fails') : said.join('\n  ');
    throw new UserError(options.action, `${options.name ?? command[0]} fails:\n  ${why}`, {
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    });
  } finally {
    options.signal.removeEventListener('abort', stop);
    clearTimeout(timer);
    // A group whose leader has ended may still have others in it.
    if (options.signal.aborted) send(running.pid, 'SIGKILL');
  }
}

async function each(lines: AsyncIterable<string>, take: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) take(line);
  } catch {
    // Its result says why.
  }
}

function keep(messages: string[], line: string): void {
  messages.push(line);
  if (messages.length > shown) messages.shift();
}

function send(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // Nothing left of it.
  }
}
