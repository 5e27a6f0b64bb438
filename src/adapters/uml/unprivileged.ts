import { execa } from 'execa';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * For programs that are asked a question: nobody, or whom this process belongs to where it cannot become somebody
 * else.
 */
export function nobody(): Identity {
  if (process.geteuid?.() === 0) return { uid: 65_534, gid: 65_534 };
  return { uid: process.getuid?.() ?? 65_534, gid: process.getgid?.() ?? 65_534 };
}

/**
 * The command before another one that makes it run as somebody without any privilege, with this environment
 * and no other. A file that outgrows its limit gives an error, not a signal.
 */
export function asUser({ uid, gid }: Identity, environment: Readonly<Record<string, string>>): string[] {
  // Who has no privileges cannot give any up, and need not.
  const change = [
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--clear-groups',
    `--reuid=${uid}`,
    `--regid=${gid}`,
  ];
  return [
    'setpriv',
    '--no-new-privs',
    ...(process.geteuid?.() === 0 ? change : []),
    // Also because setpriv still has its capabilities when it executes: what follows would need no permission.
    'env',
    '--ignore-environment',
    '--ignore-signal=XFSZ',
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  ];
}

export interface Outcome {
  /** Undefined when a signal or the time limit ended it, or it could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * Runs a program that nobody vouches for: without privileges, with a bare environment, no input, and limits of
 * time (ms), of each output (1 MiB), of processor time, and none of its files may grow. Never rejects.
 */
export async function runUntrusted(
  who: Identity,
  command: readonly string[],
  timeout: number,
): Promise<Outcome> {
  const limits = ['prlimit', '--core=0', '--cpu=5', '--fsize=0', '--nofile=64'];
  const [program = '', ...args] = [...limits, ...asUser(who, environment), ...command];
  const running = execa(program, args, {
    env: environment,
    extendEnv: false,
    cwd: '/',
    stdin: 'ignore',
    reject: false,
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: 1024 * 1024,
    // Not the terminal's group, and no controlling terminal to write to.
    detached: true,
  });
  const result = await running;
  if (result.timedOut && running.pid !== undefined) killGroup(running.pid);
  return {
    code: result.isMaxBuffer || result.timedOut ? undefined : result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
  };
}

/** What an ended program left behind in its process group. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing left.
  }
}
