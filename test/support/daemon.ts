import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { GuestStatus } from '../../src/model/status.ts';
import { compiledSources } from './compiled.ts';
import { until } from './poll.ts';
import { makeTinyRoot } from './tiny-root.ts';

interface LogLine {
  readonly msg: string;
  readonly guest?: string;
  readonly step?: string;
  readonly reason?: string;
}

export interface CliAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** umlnfsd as a process of its own, with directories of its own, and the CLI to ask it. */
export class TestDaemon {
  readonly directory: string;
  readonly #sources: string;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(directory: string, sources: string) {
    this.directory = directory;
    this.#sources = sources;
  }

  /** @param host further lines of the host file */
  static async make(host = ''): Promise<TestDaemon> {
    const directory = await mkdtemp(join(tmpdir(), 'umlnfs-daemon-'));
    // Guests' users read the initramfs in it.
    await chmod(directory, 0o755);
    const daemon = new TestDaemon(directory, await compiledSources());
    await mkdir(join(directory, 'etc/umlnfs.d'), { recursive: true });
    await mkdir(join(directory, 'export'));
    const directories = ['export', 'runtime', 'cache', 'state', 'log'].map(
      (name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}=${join(directory, name)}`,
    );
    await writeFile(
      join(directory, 'etc/umlnfs.conf'),
      [
        '[Server]',
        'Exporter=ganesha',
        '[DBus]',
        'Address=private',
        '[Directories]',
        ...directories,
        host,
        '',
      ].join('\n'),
    );
    return daemon;
  }

  /** For verbs that ask no daemon. */
  get paths(): { readonly main: string; readonly config: string } {
    return { main: join(this.#sources, 'cli/main.js'), config: join(this.directory, 'etc') };
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  root(guest: string): string {
    return join(this.directory, 'export', guest);
  }

  definition(guest: string): string {
    return join(this.directory, 'etc/umlnfs.d', `${guest}.conf`);
  }

  /** Makes a tiny root for the guest and puts its definition into place; `more` are further lines. */
  async addGuest(guest: string, address: string, more = ''): Promise<void> {
    await makeTinyRoot(this.root(guest));
    await this.define(guest, `[Guest]\nAddress=${address}\nMemory=64M\n${more}`);
  }

  async define(guest: string, text: string): Promise<void> {
    const file = this.definition(guest);
    // What the tests do in a guest is seen at once only without its caches.
    await writeFile(`${file}.new`, `${text}\n[Root]\nAc=no\n`);
    await rename(`${file}.new`, file);
  }

  get #command(): string[] {
    return [join(this.#sources, 'daemon/main.js'), '--config-dir', join(this.directory, 'etc')];
  }

  /** Another daemon like it, until it ends. */
  async another(): Promise<CliAnswer> {
    const { stdout, stderr, exitCode } = await execa('node', this.#command, {
      reject: false,
      timeout: 30_000,
    });
    return { stdout, stderr, exitCode };
  }

  /** Starts the daemon; resolves when its output matches `ready`, by default when it says that it is ready. */
  async start({ ready = /umlnfsd \S+ is ready/ } = {}): Promise<void> {
    this.#output = '';
    const child = spawn('node', this.#command, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    try {
      await until('the daemon to be ready', () => ready.test(this.#output), 30_000);
    } catch (error) {
      throw new Error(`the daemon does not start: ${this.#output}`, { cause: error });
    }
  }

  /** Everything it logged since its start. */
  get log(): readonly LogLine[] {
    return this.#output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  get output(): string {
    return this.#output;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    this.#process = undefined;
    return await gone;
  }

  /** The CLI; never throws for an exit status. */
  cli(...args: string[]): Promise<CliAnswer> {
    return this.cliGiven('', ...args);
  }

  /** The CLI with `input` on its standard input. */
  async cliGiven(input: string, ...args: string[]): Promise<CliAnswer> {
    const bus = `--bus=unix:path=${join(this.directory, 'runtime/bus')}`;
    const { stdout, stderr, exitCode } = await execa(
      'node',
      // Behind the verb, which may be two words.
      [join(this.#sources, 'cli/main.js'), ...args, bus],
      {
        input,
        reject: false,
        timeout: 60_000,
      },
    );
    return { stdout, stderr, exitCode };
  }

  /** `umlnfs rootfs` with its definitions, for verbs that ask no daemon; never throws for an exit status. */
  async rootfs(verb: string, ...args: string[]): Promise<CliAnswer> {
    const { main, config } = this.paths;
    const { stdout, stderr, exitCode } = await execa(
      'node',
      [main, 'rootfs', verb, `--config-dir=${config}`, ...args],
      { reject: false, timeout: 60_000 },
    );
    return { stdout, stderr, exitCode };
  }

  async status(guest: string): Promise<GuestStatus> {
    const { status, stderr } = await this.#look(guest);
    if (status === undefined) throw new Error(`no status of ${guest}: ${stderr}`);
    return status;
  }

  async #look(guest: string): Promise<{ status: GuestStatus | undefined; stderr: string }> {
    const { stdout, stderr } = await this.cli('status', '--json', guest);
    const [status] = JSON.parse(stdout === '' ? '[]' : stdout) as GuestStatus[];
    return { status, stderr };
  }

  /** Waits until the guest is known and its status matches; the last one seen is in the failure. */
  async until(guest: string, wanted: Partial<GuestStatus>, timeout = 60_000): Promise<GuestStatus> {
    let seen: GuestStatus | undefined;
    const matches = async () => {
      ({ status: seen } = await this.#look(guest));
      return (
        seen !== undefined &&
        (Object.keys(wanted) as (keyof GuestStatus)[]).every((field) => seen?.[field] === wanted[field])
      );
    };
    try {
      await until(`guest ${guest}`, matches, timeout);
    } catch (error) {
      const told = JSON.stringify({ wanted, seen }, undefined, 1);
      throw new Error(`guest ${guest} does not come to that: ${told}\n${this.#output}`, { cause: error });
    }
    if (seen === undefined) throw new Error('no status');
    return seen;
  }

  /** Runs a script inside the guest and returns what it printed. */
  async inside(guest: string, script: string): Promise<string> {
    const root = this.root(guest);
    await rm(join(root, 'done'), { force: true });
    await writeFile(join(root, 'do.new'), script);
    await rename(join(root, 'do.new'), join(root, 'do'));
    const read = () => readFile(join(root, 'done'), 'utf8').catch(() => undefined);
    // An empty answer is one as well.
    const output = await until(
      `an answer from inside ${guest}`,
      async () => {
        const text = await read();
        return text === undefined ? undefined : { text };
      },
      20_000,
    );
    return output.text;
  }

  /** Runs a script inside the guest that ends it. */
  async endFromInside(guest: string, script: string): Promise<void> {
    await writeFile(join(this.root(guest), 'do.new'), script);
    await rename(join(this.root(guest), 'do.new'), join(this.root(guest), 'do'));
  }

  /** Ends everything that was started, and removes everything that was made. */
  async dispose(): Promise<void> {
    if (this.#process !== undefined) await this.kill('SIGTERM');
    await removeLinks();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A daemon that ends leaves bridge and taps; another test would find its network routed into them. */
async function removeLinks(): Promise<void> {
  const { stdout } = await execa('ip', ['-json', 'link', 'show']);
  for (const { ifname, ifalias } of JSON.parse(stdout) as { ifname: string; ifalias?: string }[]) {
    if (ifalias?.startsWith('umlnfs')) await execa('ip', ['link', 'delete', ifname]);
  }
}
