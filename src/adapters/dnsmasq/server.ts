import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../model/error.ts';
import { listenersText, portsFor } from '../../model/listener.ts';
import type { NamesWanted } from '../../model/names.ts';
import { findProgram } from '../program.ts';
import { ServerProcess } from '../server-process.ts';
import type { Service } from '../systemd/service.ts';
import { dnsmasqConfig, hostsText, leasesText } from './config.ts';
import { portHolders } from './port-holders.ts';

/** Milliseconds until it has its sockets. */
const patience = 5_000;

/** The dnsmasq of one network. It outlives this process, and the next one finds it by its pid file. */
export class DnsmasqServer {
  readonly #directory: string;
  readonly #unit: Service | undefined;
  readonly #user: string;
  readonly #process: ServerProcess;
  /** Whether what it knows of the guests is what this process has seen written. */
  #told = false;

  /** @param unit runs it, with the same arguments, where it is a unit of systemd's */
  constructor(directory: string, user: string, unit: Service | undefined) {
    this.#directory = directory;
    this.#user = user;
    this.#unit = unit;
    this.#process = new ServerProcess(this.#pidFile, `--conf-file=${this.#config}`);
  }

  /** Called at once when one that this process started has ended. */
  onExit(listener: () => void): void {
    this.#process.onExit(listener);
  }

  get #config(): string {
    return join(this.#directory, 'dnsmasq.conf');
  }
  get #pidFile(): string {
    return join(this.#directory, 'pid');
  }
  get #log(): string {
    return join(this.#directory, 'log');
  }
  get #places() {
    return { hosts: join(this.#directory, 'hosts'), leases: join(this.#directory, 'leases') };
  }

  pid(): Promise<number | undefined> {
    return this.#process.pid();
  }

  /** What is not as wanted, in words; undefined where all is. */
  async amiss(wanted: NamesWanted): Promise<string | undefined> {
    if ((await this.pid()) === undefined) return `no dnsmasq runs on ${wanted.bridge}`;
    if ((await read(this.#config)) !== this.#configOf(wanted))
      return `dnsmasq on ${wanted.bridge} has another configuration`;
    const { hosts, leases } = this.#places;
    const same = (await read(hosts)) === hostsText(wanted) && (await read(leases)) === leasesText(wanted);
    return same && this.#told
      ? undefined
      : `dnsmasq on ${wanted.bridge} does not know the guests as they are`;
  }

  /** Makes it run, with what it has to know. @throws UserError with who is in the way */
  async ensure(wanted: NamesWanted): Promise<void> {
    const config = this.#configOf(wanted);
    const { hosts, leases } = this.#places;
    await mkdir(this.#directory, { recursive: true, mode: 0o755 });
    await replace(hosts, hostsText(wanted));
    await replace(leases, leasesText(wanted));
    const pid = await this.pid();
    if (pid !== undefined && (await read(this.#config)) === config) process.kill(pid, 'SIGHUP');
    else {
      // Ended first: what its file says is what it has read.
      await this.#process.end();
      await replace(this.#config, config);
      await this.#start(wanted);
    }
    this.#told = true;
  }

  /** Ends it, and removes its files. */
  async remove(): Promise<void> {
    await this.#process.end();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #configOf(wanted: NamesWanted): string {
    return dnsmasqConfig(wanted, this.#user, this.#places);
  }

  async #start(wanted: NamesWanted): Promise<void> {
    const endOf = await this.#launch();
    const deadline = performance.now() + patience;
    // It writes the file when it has its sockets.
    while ((await this.pid()) === undefined) {
      const ended = await endOf();
      if (ended !== undefined || performance.now() > deadline) {
        await this.#process.end();
        throw await this.#failure(wanted, ended ?? `it is not ready after ${patience / 1000} s`);
      }
      await pause();
    }
  }

  async #launch(): Promise<() => Promise<string | undefined>> {
    const unit = this.#unit;
    if (unit !== undefined) {
      await unit.start();
      return () => unit.ended();
    }
    const program = await findProgram('dnsmasq');
    if (program === undefined) throw missingDnsmasq('give names and addresses to guests');
    const log = await open(this.#log, 'w', 0o644);
    const child = spawn(
      program,
      [
        '--keep-in-foreground',
        `--conf-file=${this.#config}`,
        `--pid-file=${this.#pidFile}`,
        '--log-facility=-',
      ],
      { cwd: '/', detached: true, stdio: ['ignore', 'ignore', log.fd] },
    );
    const endOf = this.#process.follow(child);
    await log.close();
    return endOf;
  }

  async #failure(wanted: NamesWanted, ended: string): Promise<UserError> {
    const said = await read(this.#log);
    const reason = said
      ?.split('\n')
      .filter((line) => /^\s*dnsmasq: /.test(line))
      .at(-1)
      ?.replace(/^\s*dnsmasq: /, '');
    const cause = reason ?? ended;
    const { bridge } = wanted;
    const action = `start dnsmasq on ${bridge}`;
    const holders = await portHolders(portsFor(wanted));
    if (!/in use/.test(cause) && !(this.#unit !== undefined && holders.length > 0))
      return new UserError(action, cause);
    const who = holders.length === 0 ? '' : `: there is ${listenersText(holders)}`;
    return new UserError(action, `${cause}${who}`, {
      hint: `stop that, or keep it off ${bridge}; or write DNS=no (port 53) or DHCP=no (port 67) into [Bridge]`,
    });
  }
}

export function missingDnsmasq(action: string): UserError {
  return new UserError(action, 'dnsmasq is not installed', { hint: 'apt-get install dnsmasq-base' });
}

function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Whole or not at all: dnsmasq may read it at any time. It does so as a user of its own. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o644 });
  await rename(`${path}.new`, path);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
