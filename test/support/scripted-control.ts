import { UserError } from '../../src/model/error.ts';
import type { Control, ControlEvent, GuestStatus, PlanLine } from '../../src/model/status.ts';

export function guestStatus(name: string, fields: Partial<GuestStatus> = {}): GuestStatus {
  return {
    name,
    description: '',
    state: 'running',
    stateSince: 1_700_000_000_000_000,
    detail: '',
    problem: '',
    address: '192.168.2.2',
    ipv6Address: 'fd00:2::2',
    mac: '02:00:00:00:00:02',
    tap: `uml-${name}`,
    network: 'default',
    kernel: '/usr/bin/linux.uml',
    kernelVersion: '6.1.0',
    rootServer: '192.168.2.1',
    rootDirectory: `/export/${name}`,
    pid: 4711,
    uid: 1_879_050_000,
    startedAt: 1_700_000_000_000_000,
    readySeconds: 4.25,
    restarts: 0,
    health: 'ok',
    lastEndReason: '',
    lastEndDetail: '',
    lastEndAt: 0,
    console: '',
    log: '',
    definition: `/etc/umlnfs.d/${name}.conf`,
    ...fields,
  };
}

/** What the daemon answers, said by the test instead: the far side of the interface under test. */
export class ScriptedControl implements Control {
  readonly wishes: string[] = [];
  readonly #guests = new Map<string, GuestStatus>();
  readonly #listeners = new Set<(event: ControlEvent) => void>();
  problemLines: string[] = [];
  planLines: PlanLine[] = [];
  /** Called when a wish is taken. */
  onWish: (action: string, name: string) => void = () => undefined;

  constructor(...guests: GuestStatus[]) {
    for (const guest of guests) this.#guests.set(guest.name, guest);
  }

  /** Adds a guest, or changes fields of one. */
  set(name: string, fields: Partial<GuestStatus> = {}): void {
    const before = this.#guests.get(name);
    const status = { ...(before ?? guestStatus(name)), ...fields };
    this.#guests.set(name, status);
    this.#tell({ kind: before === undefined ? 'added' : 'changed', status });
  }

  remove(name: string): void {
    if (this.#guests.delete(name)) this.#tell({ kind: 'removed', name });
  }

  #tell(event: ControlEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #wish(action: string, name: string): Promise<void> {
    if (name === 'refused')
      throw new UserError(`${action} guest ${name}`, 'it may not', { hint: 'leave it' });
    if (name === 'defect') throw new TypeError('a defect');
    this.wishes.push(`${action} ${name}`);
    this.onWish(action, name);
  }

  guests = () => [...this.#guests.values()];
  guest = (name: string) => this.#guests.get(name);
  start = (name: string) => this.#wish('start', name);
  stop = (name: string) => this.#wish('stop', name);
  restart = (name: string) => this.#wish('restart', name);
  reset = (name: string) => this.#wish('reset', name);
  prepare = (name: string) => this.#wish('prepare', name);
  plan = async () => this.planLines;
  problems = () => this.problemLines;
  reload = async () => {
    this.wishes.push('reload');
    return this.problemLines;
  };
  onChange(listener: (event: ControlEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
