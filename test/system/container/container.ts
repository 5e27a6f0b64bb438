import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { until } from '../../support/poll.ts';
import { removeTree, runDirectory } from '../../support/test-cache.ts';
import { hostTree } from './base.ts';

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds for one command; below the limit of a test, so that it can tell what hung. */
const longest = 120_000;
const bootScript = join(import.meta.dirname, 'boot.sh');
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

/** A Debian 13 host with systemd as process 1 and a network of its own, seen and handled from outside. */
export class Container {
  readonly #nspawn: ChildProcess;
  readonly #directory: string;
  /** Process 1 of the container, as this machine knows it. */
  readonly #leader: number;

  private constructor(nspawn: ChildProcess, directory: string, leader: number) {
    this.#nspawn = nspawn;
    this.#directory = directory;
    this.#leader = leader;
  }

  /** Boots; resolves when everything of the host is started. The caller stops it. */
  static async boot(): Promise<Container> {
    const tree = await hostTree();
    const directory = await runDirectory();
    // Guests are not root, and their roots are below.
    await chmod(directory, 0o755);
    let said = '';
    const nspawn = spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', bootScript, tree, directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [nspawn.stdout, nspawn.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-20_000);
      });
    let container: Container | undefined;
    try {
      const leader = await until('process 1 of the container', async () => {
        if (nspawn.exitCode !== null || nspawn.signalCode !== null) throw new Error('systemd-nspawn ended');
        return nspawn.pid === undefined ? undefined : await findLeader(nspawn.pid);
      });
      container = new Container(nspawn, directory, leader);
      await container.#booted();
      return container;
    } catch (error) {
      if (container === undefined) await endProcess(nspawn);
      else await container.stop();
      if (container === undefined) await removeTree(directory);
      throw new Error(
        `cannot boot the container: ${error instanceof Error ? error.message : error}\n${said}`,
      );
    }
  }

  async #booted(): Promise<void> {
    await until(
      'systemd',
      async () => (await this.try('systemctl', 'show', '--property=Version')).status === 0,
      30_000,
    );
    const state = await this.try('systemctl', 'is-system-running', '--wait');
    if (state.stdout === 'running') return;
    const failed = await this.try('systemctl', '--failed', '--no-legend', '--plain');
    throw new Error(`its systemd is ${state.stdout}: ${failed.stdout}`);
  }

  /** Runs a command as root, without a terminal, and gives its answer whatever its exit status is. */
  async try(...command: string[]): Promise<Answer> {
    const { exitCode, stdout, stderr, timedOut } = await execa(
      'nsenter',
      [`--target=${this.#leader}`, '--all', '--root', '--wd', '--', ...command],
      { reject: false, stdin: 'ignore', extendEnv: false, env: environment, timeout: longest },
    );
    return {
      status: exitCode ?? -1,
      stdout,
      stderr: timedOut ? `${stderr}\nit took longer than ${longest} ms` : stderr,
    };
  }

  /** As {@link try}; what the command prints, and an error unless it succeeds. */
  async exec(...command: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.try(...command);
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr || stdout}`);
    return stdout;
  }

  /** Runs a script of sh, which ends at the first command that fails. */
  sh(script: string): Promise<string> {
    return this.exec('sh', '-euc', script);
  }

  /** A path of the container, as this machine reaches it. */
  path(inside: string): string {
    return `/proc/${this.#leader}/root${inside}`;
  }

  async write(inside: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(inside)), { recursive: true });
    await writeFile(this.path(inside), text);
  }

  read(inside: string): Promise<string> {
    return readFile(this.path(inside), 'utf8');
  }

  /** Copies a file or a directory with its owners and modes. */
  async copy(from: string, inside: string): Promise<void> {
    await execa('cp', ['--archive', '--no-target-directory', from, this.path(inside)]);
  }

  /** For whoever has to find out why a test failed. */
  async diagnosis(): Promise<string> {
    const parts = [
      ['journal', 'journalctl', '--no-pager', '--boot', '--output=short-monotonic', '--lines=600'],
      ['units', 'systemctl', '--no-pager', '--full', 'status', 'umlnfs*'],
      ['links', 'ip', '-brief', 'address'],
    ];
    const texts = await Promise.all(
      parts.map(async ([title, ...command]) => {
        const { stdout, stderr } = await this.try(...command);
        return `--- ${title}\n${stdout}${stderr}`;
      }),
    );
    return texts.join('\n');
  }

  /** Ends everything in it at once, and removes what it changed. */
  async stop(): Promise<void> {
    await endProcess(this.#nspawn);
    await removeTree(this.#directory);
  }
}

/** The process below `ancestor` that is process 1 of a namespace of processes. */
async function findLeader(ancestor: number): Promise<number | undefined> {
  for (const child of await children(ancestor)) {
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
    const own = /^NSpid:.*\t(\d+)$/m.exec(status)?.[1];
    const program = /^Name:\t(.*)$/m.exec(status)?.[1];
    if (own === '1' && program === 'systemd') return child;
    const below = await findLeader(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

async function children(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
