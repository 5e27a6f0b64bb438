import type { Logger } from 'pino';
import { type Service, serve } from '../adapters/dbus/service/serve.ts';
import type { Exporter } from '../adapters/exporter/exporter.ts';
import { watchLinks, watchRoutes } from '../adapters/ip/watch.ts';
import { watchTables } from '../adapters/nft/watch.ts';
import { templateOf } from '../definition/guest-name.ts';
import { pulledBy } from '../model/dependencies.ts';
import { explained, UserError } from '../model/error.ts';
import type { Observed } from '../model/observed.ts';
import { formatProblem } from '../model/problem.ts';
import { runningAddresses } from '../model/running-address.ts';
import type { GuestStatus, PlanLine } from '../model/status.ts';
import { describeStep } from '../plan/describe.ts';
import { plan } from '../plan/plan.ts';
import { watchDefinitions } from '../watch/watcher.ts';
import { DaemonControl } from './control.ts';
import { DefinitionStore, type Definitions, problemOfGuest } from './definitions.ts';
import { Executor } from './execute.ts';
import { Health } from './health.ts';
import type { Locations } from './locations.ts';
import { Loop, type PassResult } from './loop.ts';
import { observe, type Sources } from './observe.ts';
import type { Parts } from './parts.ts';
import { refusedLines } from './refused.ts';
import { Rereading } from './rereading.ts';
import { statusOf } from './status.ts';

export interface DaemonOptions {
  readonly locations: Locations;
  readonly hostId: string;
  readonly log: Logger;
  readonly version: string;
  /** Builds everything that touches the host, once the host file is known. */
  readonly assemble: (definitions: Definitions, daemon: Daemon) => Promise<Parts>;
  /** The address of the bus to be reached on; asked again for each connection. */
  readonly busAddress: (definitions: Definitions) => Promise<string>;
  /** Called after each pass, and when a guest's status changed between two. */
  readonly onPass?: (statuses: readonly GuestStatus[]) => void;
}

/** Holds the definitions against reality, and reality to the definitions. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #store: DefinitionStore;
  readonly #rereading: Rereading<Definitions>;
  readonly #log: Logger;
  readonly loop: Loop;
  readonly clock = (): number => performance.now();
  #definitions: Definitions | undefined;
  #observed: Observed | undefined;
  #parts: Parts | undefined;
  #executor: Executor | undefined;
  #health: Health | undefined;
  #service: Service | undefined;
  #stopWatching: (() => Promise<void> | void)[] = [];
  #control: DaemonControl | undefined;
  #beginning: Promise<void> | undefined;
  #ending: 'guests go on' | 'guests stop' | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#store = new DefinitionStore(options.locations, options.hostId, () =>
      runningAddresses(this.#parts?.guests.seen() ?? new Map()),
    );
    this.#rereading = new Rereading(() => this.#store.read(), options.log);
    this.loop = new Loop(() => this.#pass(), options.log, this.clock);
  }

  /** Reads, adopts, and reconciles for the first time; resolves when that is done and the bus answers. */
  async start(): Promise<void> {
    this.#beginning = this.#begin();
    await this.#beginning;
    await this.loop.settled();
  }

  async #begin(): Promise<void> {
    const definitions = await this.#store.read();
    this.#use(definitions);
    const parts = await this.#options.assemble(definitions, this);
    this.#parts = parts;
    parts.warmUp();
    this.#executor = new Executor(parts.executors, parts.guests, this.#log, this.clock, (guest) =>
      this.desired?.guests.get(guest),
    );
    this.#health = new Health(parts.health);
    this.#control = this.#makeControl(parts);
    let adopted = () => {};
    const ready = new Promise<void>((resolve) => {
      adopted = resolve;
    });
    // First of all: where another daemon runs, nothing of its guests is touched.
    this.#service = await serve(this.#control, {
      address: () => this.#options.busAddress(definitions),
      ready,
      version: this.#options.version,
      log: this.#log,
    });
    const running = await parts.guests.adopt(definitions.desired.guests.keys());
    await Promise.all(running.map((name) => parts.listen(name)));
    adopted();
    this.#stopWatching.push(
      watchLinks(() => this.loop.markDirty()),
      watchRoutes(() => this.loop.markDirty()),
      watchTables(() => this.loop.markDirty()),
      parts.exporter.onChange(() => this.loop.markDirty()),
      parts.dnsmasq.onChange(() => this.loop.markDirty()),
    );
    const watcher = await watchDefinitions(
      this.#options.locations,
      () => this.#definitionsChanged(),
      (message) => this.#log.error(message),
    );
    this.#stopWatching.push(() => watcher.close());
    this.#definitionsChanged();
  }

  get desired() {
    return this.#definitions?.desired;
  }

  get exporter(): Exporter | undefined {
    return this.#parts?.exporter;
  }

  get observed(): Observed | undefined {
    return this.#observed;
  }

  statuses(): readonly GuestStatus[] {
    const parts = this.#parts;
    if (parts === undefined) return [];
    // Their units are taken over into the records by that.
    parts.guests.seen();
    const context = {
      desired: this.desired,
      observed: this.#observed,
      definitionProblem: (guest: string) => problemOfGuest(this.#definitions, guest),
      definitionFiles: this.#definitions?.files ?? new Map(),
      consoleLog: (guest: string) => parts.runner.consoleLog(guest),
      sharedProblem: (guest: string) => this.#trouble ?? this.#executor?.sharedProblemOf(guest),
      now: this.clock(),
    };
    return [...parts.guests.records.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((record) => statusOf(record, context));
  }

  /** Tells on the bus what changed since it was told last. */
  announce(): void {
    const statuses = this.statuses();
    this.#control?.publish(statuses);
    this.#options.onPass?.(statuses);
  }

  /** Reads the definitions again; resolves with their problems after the reconcile that follows, rejects where that fails. */
  async reload(): Promise<readonly string[]> {
    this.#definitionsChanged();
    await this.loop.settled();
    this.#rereading.mustHaveSucceeded();
    return this.#problems();
  }

  /**
   * Ends the daemon. With `stopGuests` every guest is shut down in order first, then the NFS server that umlnfs
   * started; without it all of them run on, for the next daemon to adopt.
   */
  async stop(stopGuests: boolean): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = stopGuests ? 'guests stop' : 'guests go on';
    // What has begun would else start a bus after all was ended; whoever waits for it hears of its failure.
    await this.#beginning?.catch(() => {});
    for (const stop of this.#stopWatching.splice(0)) await stop();
    if (stopGuests) await this.#stopGuests();
    this.#health?.close();
    await this.loop.stop();
    await this.#service?.close();
    await this.#parts?.close(stopGuests);
  }

  /** The loop itself does it: the planner is told that the daemon ends. */
  async #stopGuests(): Promise<void> {
    const records = this.#parts?.guests.records;
    if (records === undefined) return;
    const running = () => [...records.values()].some((record) => record.seen.process !== undefined);
    if (this.#executor !== undefined) this.#executor.startsGuests = false;
    this.loop.markDirty();
    // At least once: a pass that is under way may have started guests.
    do {
      await new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
    } while (running());
  }
  #ended: () => void = () => {};
  /** Why nothing can be done at all. */
  #trouble: string | undefined;

  #definitionsChanged(): void {
    this.#rereading.ask();
    this.loop.markDirty();
  }

  #use(definitions: Definitions): void {
    const before = new Set(this.#problems());
    this.#definitions = definitions;
    for (const problem of definitions.problems) {
      const text = formatProblem(problem);
      if (before.has(text)) continue;
      const about = problem.guest === undefined ? {} : { guest: problem.guest };
      this.#log[problem.severity === 'error' ? 'error' : 'warn'](about, text);
    }
  }

  #problems(): readonly string[] {
    return (this.#definitions?.problems ?? []).map(formatProblem);
  }

  async #pass(): Promise<PassResult> {
    try {
      const result = await this.#reconcile();
      this.#trouble = undefined;
      return result;
    } catch (error) {
      this.#trouble = explained(error);
      this.#control?.publish(this.statuses());
      throw error;
    } finally {
      this.#ended();
    }
  }

  async #reconcile(): Promise<PassResult> {
    const asked = this.#parts?.units?.preparing() ?? [];
    const definitions = await this.#rereading.next();
    if (definitions !== undefined) {
      this.#use(definitions);
      // At once: nothing has to be in order for that.
      this.#parts?.units?.refuse(asked, (guest) => this.#definitionProblem(guest));
    }
    const { steps, now } = await this.#plan();
    const acted = (await this.#executor?.execute(steps)) ?? false;
    this.#parts?.units?.refuse(asked, (guest) => this.#obstacleOf(guest));
    this.#follow();
    this.announce();
    const due = steps.flatMap((step) => (step.kind === 'wait' && step.until > now ? [step.until] : []));
    const until = due.reduce((soonest, time) => Math.min(soonest, time), this.#rereading.retryAt(now));
    return { acted, until: until === Number.POSITIVE_INFINITY ? undefined : until };
  }

  async #plan() {
    const parts = this.#parts;
    const definitions = this.#definitions;
    if (parts === undefined || definitions === undefined) throw new Error('the daemon has not started');
    await parts.guests.settled();
    const desired = { ...definitions.desired, ending: this.#ending === 'guests stop' };
    for (const name of [...desired.guests.keys(), ...(desired.held ?? [])]) parts.guests.record(name);
    await parts.units?.follow(parts.guests.records.keys());
    const observed = await observe(desired, this.#sources(parts));
    this.#observed = observed;
    const now = this.clock();
    return { steps: plan(desired, observed, now), now };
  }

  /** systemd starts a guest: see Prepare of org.umlnfs1.Manager. */
  async #prepare(name: string): Promise<void> {
    const { units } = this.#parts ?? {};
    if (units === undefined) {
      throw new UserError(`start guest ${name} as a unit`, 'this umlnfsd runs its guests itself', {
        hint: `umlnfs start ${name}`,
      });
    }
    const prepared = units.prepare(name);
    this.#executor?.retryShared();
    // The definition may be newer than the last reading.
    this.#definitionsChanged();
    await prepared;
  }

  /** Why a guest cannot be started, as the last pass found; undefined where nothing speaks against it. */
  #obstacleOf(name: string): string | undefined {
    const record = this.#parts?.guests.records.get(name);
    if (record?.blocked) return record.blocked;
    return this.#definitionProblem(name) ?? record?.seen.problem ?? this.#executor?.sharedProblemOf(name);
  }

  #definitionProblem(name: string): string | undefined {
    if (this.desired?.guests.has(name) === true) return undefined;
    return problemOfGuest(this.#definitions, name) ?? noDefinition(name);
  }

  #sources(parts: Parts): Sources {
    return {
      ...parts.sources,
      guests: () => parts.guests.seen(),
      sharedFailures: () => this.#executor?.sharedFailures ?? [],
    };
  }

  #follow(): void {
    for (const record of this.#parts?.guests.records.values() ?? []) {
      this.#health?.follow(record, () => this.desired?.guests.get(record.name));
    }
  }

  #makeControl(parts: Parts): DaemonControl {
    const known = (name: string) => parts.guests.records.has(name);
    return new DaemonControl({
      guests: parts.guests,
      known,
      defined: (name) => this.desired?.guests.has(name) === true,
      definitionProblem: (name) => problemOfGuest(this.#definitions, name),
      pulled: (name) => (parts.units === undefined ? pulledBy(name, this.desired?.guests ?? new Map()) : []),
      status: () => this.statuses(),
      plan: () => this.#planLines(),
      reload: () => this.reload(),
      prepare: (name) => this.#prepare(name),
      problems: () => this.#problems(),
    });
  }

  /** What the loop would do now, by the definitions and reality as they are now. */
  async #planLines(): Promise<readonly PlanLine[]> {
    const definitions = await this.#store.read();
    this.#use(definitions);
    const { steps, now } = await this.#plan();
    const refused = refusedLines(definitions, this.#parts?.guests.records.keys() ?? []);
    return [...steps.map((step) => describeStep(step, now)), ...refused];
  }
}

function noDefinition(name: string): string {
  const template = templateOf(name);
  if (template !== undefined) {
    const instance = name.slice(template.length);
    return `there is no definition of it; write ${instance} into Instances= of /etc/umlnfs.d/${template}.conf, and see umlnfs check`;
  }
  return `there is no definition of it; write /etc/umlnfs.d/${name}.conf, and see umlnfs check`;
}
