import type { Manager } from './manager.ts';
import { noUnit, type UnitState } from './unit-state.ts';

/** A unit that changes all the time is believed after so many questions. */
const mostAttempts = 8;

interface Entry {
  state: UnitState;
  /** Signals about it so far. */
  heard: number;
}

type Listener = (guest: string, state: UnitState, change: Partial<UnitState>, before: UnitState) => void;

/** The states of guests' units, kept up to date by systemd's signals. */
export class UnitStates {
  readonly #manager: Manager;
  readonly #entries = new Map<string, Entry>();
  readonly #listener: Listener;

  /** @param listener gets each change, also where it is none after all */
  constructor(manager: Manager, listener: Listener) {
    this.#manager = manager;
    this.#listener = listener;
    manager.listen({
      changed: (guest, change) => {
        this.#entry(guest).heard += 1;
        this.#take(guest, change);
      },
      outdated: (guest) => void this.refresh(guest),
      unsure: () => {
        for (const guest of this.#entries.keys()) void this.refresh(guest);
      },
    });
  }

  /** Undefined for a guest that is not followed. */
  get(guest: string): UnitState | undefined {
    return this.#entries.get(guest)?.state;
  }

  /** Learns of the guest's unit from now on; true where it was not followed before. */
  async follow(guest: string): Promise<boolean> {
    if (this.#entries.has(guest)) return false;
    const entry = this.#entry(guest);
    await this.#manager.watch(guest);
    entry.state = await this.ask(guest);
    return true;
  }

  /** A job was asked for, and systemd may tell of it only later. */
  expectJob(guest: string): void {
    const entry = this.#entry(guest);
    entry.state = { ...entry.state, job: true };
  }

  /** Asks systemd, and takes over what it says where it says anything. */
  async refresh(guest: string): Promise<void> {
    const state = await this.ask(guest).catch(() => undefined);
    if (state !== undefined) this.#take(guest, state);
  }

  /** The unit's state now. Signals that come while the answers do are newer than some of these: then once more. */
  async ask(guest: string): Promise<UnitState> {
    const entry = this.#entry(guest);
    for (let attempt = 1; ; attempt += 1) {
      const { heard } = entry;
      const state = await this.#manager.state(guest);
      if (entry.heard === heard || attempt === mostAttempts) return state;
    }
  }

  #entry(guest: string): Entry {
    let entry = this.#entries.get(guest);
    if (entry === undefined) {
      entry = { state: noUnit, heard: 0 };
      this.#entries.set(guest, entry);
    }
    return entry;
  }

  #take(guest: string, change: Partial<UnitState>): void {
    const entry = this.#entry(guest);
    const before = entry.state;
    entry.state = { ...before, ...change };
    this.#listener(guest, entry.state, change, before);
  }
}
