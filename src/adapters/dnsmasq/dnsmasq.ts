import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { isNetworkName } from '../../definition/guest-name.ts';
import type { NamesWanted } from '../../model/names.ts';
import type { NamesSeen } from '../../model/observed.ts';
import { findProgram } from '../program.ts';
import type { Service } from '../systemd/service.ts';
import { DnsmasqServer } from './server.ts';

/** Milliseconds between looks at servers that nobody tells of: a killed one that an earlier daemon started. */
const lookAgain = 1_000;

/** A dnsmasq for each network: names, DHCP, BOOTP and router advertisements on its bridge, and nowhere else. */
export class Dnsmasq {
  readonly #directory: string;
  readonly #unit: ((network: string) => Service) | undefined;
  readonly #servers = new Map<string, DnsmasqServer>();
  readonly #listeners = new Set<() => void>();
  #user: Promise<string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = '';

  /**
   * @param runtime the runtime directory
   * @param unit of a network, where systemd runs them
   */
  constructor(runtime: string, unit?: (network: string) => Service) {
    this.#directory = join(runtime, 'dnsmasq');
    this.#unit = unit;
  }

  async observe(wanted: ReadonlyMap<string, NamesWanted>): Promise<NamesSeen> {
    const installed = (await findProgram('dnsmasq')) !== undefined;
    const amiss = new Map<string, string | undefined>();
    for (const [network, names] of wanted)
      amiss.set(network, await (await this.#server(network)).amiss(names));
    const stale: string[] = [];
    for (const network of await this.#known()) if (!wanted.has(network)) stale.push(network);
    return { installed, amiss, stale };
  }

  async ensure(wanted: NamesWanted): Promise<void> {
    await (await this.#server(wanted.network)).ensure(wanted);
  }

  async remove(network: string): Promise<void> {
    await (await this.#server(network)).remove();
    this.#servers.delete(network);
  }

  /** Calls `listener` soon after one of them has ended. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#look(), lookAgain);
    return () => this.#listeners.delete(listener);
  }

  /** Lets go; with `stop` ends all of them. */
  async close(stop: boolean): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
    if (!stop) return;
    for (const network of await this.#known()) await this.remove(network);
  }

  async #known(): Promise<readonly string[]> {
    return (await readdir(this.#directory).catch(() => [])).filter(isNetworkName);
  }

  async #server(network: string): Promise<DnsmasqServer> {
    const known = this.#servers.get(network);
    if (known !== undefined) return known;
    this.#user ??= ownUser();
    const server = new DnsmasqServer(join(this.#directory, network), await this.#user, this.#unit?.(network));
    server.onExit(() => this.#announce());
    this.#servers.set(network, server);
    return server;
  }

  async #look(): Promise<void> {
    const pids = await Promise.all([...this.#servers.values()].map((server) => server.pid()));
    const running = pids.join();
    if (running !== this.#running) this.#announce();
    this.#running = running;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Debian's package makes a user for it. */
async function ownUser(): Promise<string> {
  const { exitCode } = await execa('getent', ['passwd', 'dnsmasq'], { reject: false, stdin: 'ignore' });
  return exitCode === 0 ? 'dnsmasq' : 'nobody';
}
