import { UserError } from '../model/error.ts';
import type { Control, ControlEvent, GuestStatus, PlanLine } from '../model/status.ts';
import type { Guests } from './guests.ts';

export interface ControlOptions {
  readonly guests: Guests;
  /** Is there such a definition, or a guest that still runs without one? */
  readonly known: (name: string) => boolean;
  readonly defined: (name: string) => boolean;
  /** Why the guest's definition cannot be used, if that is so. */
  readonly definitionProblem: (name: string) => string | undefined;
  /** The guests that are started together with one, where the daemon sees to that. */
  readonly pulled: (name: string) => Iterable<string>;
  readonly status: () => readonly GuestStatus[];
  readonly plan: () => Promise<readonly PlanLine[]>;
  readonly reload: () => Promise<readonly string[]>;
  readonly prepare: (name: string) => Promise<void>;
  readonly problems: () => readonly string[];
}

/** What the bus offers: wishes are noted, and the loop fulfils them. */
export class DaemonControl implements Control {
  readonly #options: ControlOptions;
  readonly #listeners = new Set<(event: ControlEvent) => void>();
  #last = new Map<string, GuestStatus>();

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  guests(): readonly GuestStatus[] {
    return this.#options.status();
  }

  guest(name: string): GuestStatus | undefined {
    return this.#options.status().find((status) => status.name === name);
  }

  async start(name: string): Promise<void> {
    this.#mustBeDefined('start', name);
    const { guests, pulled } = this.#options;
    for (const other of pulled(name)) {
      if (guests.record(other).seen.process === undefined) await guests.wish(other, 'start');
    }
    await guests.wish(name, 'start');
  }

  async stop(name: string): Promise<void> {
    this.#mustBeKnown('stop', name);
    await this.#options.guests.wish(name, 'stop');
  }

  async restart(name: string): Promise<void> {
    this.#mustBeDefined('restart', name);
    await this.#options.guests.wish(name, 'restart');
  }

  async reset(name: string): Promise<void> {
    this.#mustBeDefined('reset', name);
    await this.#options.guests.reset(name);
  }

  prepare(name: string): Promise<void> {
    return this.#options.prepare(name);
  }

  plan(): Promise<readonly PlanLine[]> {
    return this.#options.plan();
  }

  reload(): Promise<readonly string[]> {
    return this.#options.reload();
  }

  problems(): readonly string[] {
    return this.#options.problems();
  }

  onChange(listener: (event: ControlEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Compares with what was told last, and tells what changed. */
  publish(statuses: readonly GuestStatus[]): void {
    const now = new Map(statuses.map((status) => [status.name, status]));
    for (const [name, status] of now) {
      const before = this.#last.get(name);
      if (before === undefined) this.#tell({ kind: 'added', status });
      else if (!sameStatus(before, status)) this.#tell({ kind: 'changed', status });
    }
    for (const name of this.#last.keys()) {
      if (!now.has(name)) this.#tell({ kind: 'removed', name });
    }
    this.#last = now;
  }

  #tell(event: ControlEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #mustBeKnown(action: string, name: string): void {
    if (this.#options.known(name)) return;
    throw new UserError(`${action} guest ${name}`, 'there is no guest of that name', {
      hint: `umlnfs status lists them; a new one is a file /etc/umlnfs.d/NAME.conf`,
    });
  }

  #mustBeDefined(action: string, name: string): void {
    this.#mustBeKnown(action, name);
    if (this.#options.defined(name)) return;
    const problem = this.#options.definitionProblem(name);
    if (problem === undefined) {
      throw new UserError(`${action} guest ${name}`, 'its definition was removed', {
        hint: 'put the file back first',
      });
    }
    throw new UserError(`${action} guest ${name}`, `its definition cannot be used: ${problem}`, {
      hint: 'correct it; umlnfs check tells everything that is wrong with it',
    });
  }
}

function sameStatus(a: GuestStatus, b: GuestStatus): boolean {
  return (Object.keys(a) as (keyof GuestStatus)[]).every((field) => a[field] === b[field]);
}
