import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { sanitise } from '../../model/end.ts';
import { UserError } from '../../model/error.ts';

export interface SshTarget {
  /** `USER@HOST` or `HOST`, as ssh(1) takes it. */
  readonly destination: string;
  /** More options, such as `-i KEY` or `-o HostKeyAlias=…`. */
  readonly options: readonly string[];
  /** The socket of the one connection that all commands share; in a directory of root's. */
  readonly socket: string;
}

/** Seconds for connecting, log-in included. */
const connectTime = 10;
/** Milliseconds for one command. */
const commandTime = 15_000;
/** Bytes that a command may answer. */
const longest = 4 * 1024 * 1024;

/** Nothing is asked of anybody, nothing of this host is lent to the other one, and nothing hangs. */
const always = [
  '-T',
  '-a',
  '-x',
  '-k',
  ...[
    'BatchMode=yes',
    `ConnectTimeout=${connectTime}`,
    'ConnectionAttempts=1',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'ClearAllForwardings=yes',
    'EscapeChar=none',
    'LogLevel=ERROR',
    'UpdateHostKeys=no',
  ].flatMap((option) => ['-o', option]),
];

/** What runs there: sh as root, whatever the login shell is, and through sudo for another user. */
const remoteShell = `/bin/sh -c '[ "$(id -u)" = 0 ] && exec /bin/sh; exec sudo -n /bin/sh'`;

/** One connection to a machine, made when it is needed and kept. */
export class SshConnection {
  readonly #target: SshTarget;
  #master: ChildProcess | undefined;
  #connecting: Promise<void> | undefined;
  #closed = false;

  constructor(target: SshTarget) {
    this.#target = target;
  }

  /**
   * Runs a script of sh there as root, and returns what it wrote.
   * @throws UserError where that machine cannot be reached, the script fails, or it takes too long
   */
  async run(action: string, script: string): Promise<string> {
    await this.#connected(action);
    const { socket, destination } = this.#target;
    const result = await execa(
      'ssh',
      // Over the connection that is there or not at all.
      [
        '-F',
        'none',
        '-S',
        socket,
        '-o',
        'ProxyCommand=false',
        '-o',
        'LogLevel=ERROR',
        '-T',
        '--',
        destination,
        remoteShell,
      ],
      {
        input: script,
        reject: false,
        timeout: commandTime,
        killSignal: 'SIGKILL',
        maxBuffer: longest,
        env: { LC_ALL: 'C' },
      },
    );
    if (!result.failed) return result.stdout;
    if (result.timedOut) {
      this.#drop();
      throw new UserError(action, `${destination} did not answer within ${commandTime / 1000} s`);
    }
    if (result.exitCode === 255) this.#drop();
    const said = lastLine(result.stderr) || `it ended with status ${result.exitCode ?? 'unknown'}`;
    throw new UserError(action, `${destination} says: ${said}`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    await rm(this.#target.socket, { force: true });
  }

  #drop(): void {
    this.#master?.kill('SIGTERM');
    this.#master = undefined;
  }

  async #connected(action: string): Promise<void> {
    if (this.#closed) throw new UserError(action, 'the connection was closed');
    if (this.#master !== undefined && this.#connecting === undefined) return;
    this.#connecting ??= this.#connect(action).finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  async #connect(action: string): Promise<void> {
    const { destination, options, socket } = this.#target;
    await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
    // Of a daemon that was killed.
    await rm(socket, { force: true });
    const args = [
      ...always,
      ...options,
      ...['-M', '-N', '-S', socket, '-o', 'ControlPersist=no'],
      // It tells when the socket is there.
      ...['-o', 'PermitLocalCommand=yes', '-o', 'LocalCommand=echo connected'],
      '--',
      destination,
    ];
    // It ends with the daemon, however that ends.
    const child = spawn('setpriv', ['--pdeathsig=KILL', 'ssh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', SHELL: '/bin/sh' },
    });
    this.#master = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4096);
    });
    const up = await new Promise<boolean>((resolve) => {
      // Where the other side accepts the connection and says nothing, ssh waits longer than it should.
      const timer = setTimeout(() => resolve(false), (connectTime + 5) * 1000);
      const settle = (value: boolean) => {
        clearTimeout(timer);
        resolve(value);
      };
      child.stdout.once('data', () => settle(true));
      child.once('close', () => settle(false));
      child.once('error', (error) => {
        said = error.message;
        settle(false);
      });
    });
    child.once('close', () => {
      if (this.#master === child) this.#master = undefined;
    });
    if (up && child.exitCode === null && !this.#closed) return;
    child.kill('SIGKILL');
    if (this.#master === child) this.#master = undefined;
    throw new UserError(action, ...causeOf(destination, said, options));
  }
}

/** Why ssh did not get there, and what to do about it. */
function causeOf(
  destination: string,
  said: string,
  options: readonly string[],
): [cause: string, options: { hint?: string }] {
  const line = lastLine(said);
  if (/permission denied/i.test(said)) {
    const key = options.find((option) => option.startsWith('IdentityFile='))?.slice('IdentityFile='.length);
    return [
      `${destination} does not let umlnfs in`,
      key === undefined ? {} : { hint: `let its key in with: ssh-copy-id -f -i ${key}.pub ${destination}` },
    ];
  }
  if (/identification has changed/i.test(said)) {
    return [
      `${destination} has another host key than before`,
      { hint: 'where that is right, remove the old one with: ssh-keygen -R HOST' },
    ];
  }
  if (/host key verification failed/i.test(said)) {
    return [
      `the host key of ${destination} is not known`,
      { hint: `connect once by hand, as root, and compare it: ssh ${destination}` },
    ];
  }
  return [line === '' ? `${destination} does not answer` : `ssh says: ${line}`, {}];
}

function lastLine(text: string): string {
  return sanitise(text.trim().split('\n').at(-1) ?? '');
}
