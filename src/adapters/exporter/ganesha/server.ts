import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../model/error.ts';
import { ServerProcess } from '../../server-process.ts';
import type { Service } from '../../systemd/service.ts';
import { serverConfig } from './config.ts';
import { hintOf, reasonOf } from './log.ts';

export interface ServerOptions {
  /** Everything of the server is in here. */
  readonly directory: string;
  readonly port: number;
  /** Runs it, with the same arguments, where it is a unit of systemd's. */
  readonly unit?: Service | undefined;
}

const longestLog = 4 * 1024 * 1024;
const action = 'start NFS-Ganesha';

/** An NFS-Ganesha of our own. It outlives this process, and the next one finds it by its pid file. */
export class GaneshaServer {
  readonly #options: ServerOptions;
  readonly #process: ServerProcess;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#process = new ServerProcess(this.#pidFile, this.#config);
  }

  /** Called at once when a server that this process started has ended. */
  onExit(listener: () => void): void {
    this.#process.onExit(listener);
  }

  get #config(): string {
    return join(this.#options.directory, 'ganesha.conf');
  }
  get #pidFile(): string {
    return join(this.#options.directory, 'ganesha.pid');
  }
  get log(): string {
    return join(this.#options.directory, 'ganesha.log');
  }

  /** The server's process, whoever started it; undefined when none runs. */
  pid(): Promise<number | undefined> {
    return this.#process.pid();
  }

  /** The address that the one that runs listens on; undefined when none runs. */
  async listensOn(): Promise<string | undefined> {
    if ((await this.pid()) === undefined) return undefined;
    const config = await readFile(this.#config, 'utf8').catch(() => '');
    return /^\s*Bind_addr = (\S+);$/m.exec(config)?.[1];
  }

  /**
   * Starts it; `answers` says when it serves. Whatever ran before under its pid file is ended first.
   * @param address what it listens on
   * @param exports files of exports it begins with
   * @throws UserError with the reason from its log
   */
  async start(
    address: string,
    busAddress: string,
    exports: readonly string[],
    answers: () => Promise<boolean>,
    timeout = 15_000,
  ): Promise<void> {
    const { directory, port } = this.#options;
    // Whatever runs there does not answer.
    await this.#process.end(['SIGKILL']);
    await checkPort(address, port);
    const recoveryDirectory = join(directory, 'recovery');
    const credentialsDirectory = join(directory, 'credentials');
    // Without exports no client can be left, and the first new ones need not wait for those of before.
    if (exports.length === 0) await rm(recoveryDirectory, { recursive: true, force: true });
    await mkdir(recoveryDirectory, { recursive: true, mode: 0o700 });
    await writeFile(
      this.#config,
      serverConfig({ address, port, recoveryDirectory, credentialsDirectory, exports }),
      { mode: 0o600 },
    );
    await this.boundLog(0);
    const endOf = await this.#launch(busAddress);
    const deadline = performance.now() + timeout;
    while (!(await answers())) {
      const ended = await endOf();
      if (ended !== undefined && / ENOENT$/.test(ended)) {
        throw new UserError(action, 'there is no ganesha.nfsd', {
          hint: 'install it with: apt-get install nfs-ganesha nfs-ganesha-vfs',
        });
      }
      if (ended !== undefined || performance.now() > deadline) {
        const reason = reasonOf(await readFile(this.log, 'utf8').catch(() => ''));
        const cause = reason ?? ended ?? `it does not answer for ${timeout / 1000} s`;
        await this.#process.end(['SIGKILL']);
        throw new UserError(action, cause, { hint: hintOf(cause) ?? `look into ${this.log}` });
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Starts the process; the answer tells how it ended, or nothing while it runs. */
  async #launch(busAddress: string): Promise<() => Promise<string | undefined>> {
    const { unit } = this.#options;
    if (unit !== undefined) {
      await unit.start();
      return () => unit.ended();
    }
    const child = spawn(
      'ganesha.nfsd',
      ['-F', '-f', this.#config, '-L', this.log, '-N', 'NIV_EVENT', '-p', this.#pidFile],
      {
        cwd: '/',
        // It knows the system bus only by this name.
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin', DBUS_SYSTEM_BUS_ADDRESS: busAddress },
        detached: true,
        stdio: 'ignore',
      },
    );
    const endOf = this.#process.follow(child);
    // It writes the file itself, a little later; ended before that, it must be found too.
    if (child.pid !== undefined) await writeFile(this.#pidFile, `${child.pid}\n`);
    return endOf;
  }

  /** Ends it, if it runs. */
  async stop(): Promise<void> {
    await this.#process.end();
  }

  /** Begins a new log where this one is longer than `limit` bytes; it opens the file for every line. */
  async boundLog(limit = longestLog): Promise<void> {
    const size = await stat(this.log).then(
      (found) => found.size,
      () => 0,
    );
    if (size > limit) await rename(this.log, `${this.log}.1`);
  }
}

/**
 * Refuses an address or port that is not to be had: the server itself says it in words for its developers, or listens
 * on all addresses instead.
 */
async function checkPort(address: string, port: number): Promise<void> {
  // One that was killed keeps its sockets until the last of its threads has ended.
  const deadline = performance.now() + 2_000;
  for (;;) {
    const cause = await tryPort(address, port);
    if (cause === undefined) return;
    if (cause === 'EADDRINUSE' && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    if (cause === 'EADDRINUSE') {
      throw new UserError(action, `something else listens on ${address}, port ${port}`, {
        hint: 'stop the other NFS server, or choose it with Exporter=',
      });
    }
    if (cause === 'EADDRNOTAVAIL') {
      throw new UserError(action, `this host has no address ${address}`, {
        hint: 'the bridge must have its address first',
      });
    }
    throw new UserError(action, `port ${port} of ${address} is not to be had: ${cause}`);
  }
}

/** The error code of listening there, or undefined. */
async function tryPort(address: string, port: number): Promise<string | undefined> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host: address, port, exclusive: true }, resolve);
    });
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
  } finally {
    probe.close();
  }
}
