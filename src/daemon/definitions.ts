import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Catalog, nextCatalog } from '../definition/catalog.ts';
import type { Guest, Host } from '../definition/guest.ts';
import { desired as derive } from '../model/derive.ts';
import type { Desired } from '../model/desired.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import { loadDefinitions } from '../watch/load.ts';
import type { Locations } from './locations.ts';

/** What the definitions say, as of the last reading. */
export interface Definitions {
  readonly host: Host;
  readonly desired: Desired;
  readonly problems: readonly Problem[];
  /** By guest: its definition's main file. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads the definitions, and keeps what is still good of the reading before. */
export class DefinitionStore {
  readonly #locations: Locations;
  readonly #hostId: string;
  #catalog: Catalog | undefined;
  /** The guests in force, by name. */
  #good: ReadonlyMap<string, Guest> = new Map();

  constructor(where: Locations, hostId: string) {
    this.#locations = where;
    this.#hostId = hostId;
  }

  async read(): Promise<Definitions> {
    const loaded = await loadDefinitions(this.#locations.directories, this.#locations.hostFile);
    const catalog = nextCatalog(this.#catalog, loaded);
    const { desired, problems, guests } = this.#derive(catalog, loaded.users);
    this.#catalog = catalog;
    this.#good = new Map([...guests].filter(([name]) => desired.guests.has(name)));
    const held = new Set([...loaded.guests.keys()].filter((name) => !desired.guests.has(name)));
    return {
      host: catalog.host,
      desired: { ...desired, held, incomplete: !loaded.complete },
      problems: [...catalog.problems, ...problems],
      files: new Map([...guests.values()].map((guest) => [guest.name, guest.file])),
    };
  }

  /**
   * A definition that is well-formed but collides with another is no better than a broken one: those that did
   * not change win, and the changed one keeps what it was.
   */
  #derive(catalog: Catalog, users: ReadonlyMap<string, number>) {
    const guests = new Map(catalog.guests);
    const unchanged = new Set<string>();
    for (const [name, guest] of guests) {
      if (JSON.stringify(this.#good.get(name)) === JSON.stringify(guest)) unchanged.add(name);
    }
    const first = derive(catalog.host, guests.values(), this.#hostId, unchanged, users);
    let reverted = false;
    for (const name of guests.keys()) {
      const before = this.#good.get(name);
      if (before === undefined || unchanged.has(name) || first.desired.guests.has(name)) continue;
      guests.set(name, before);
      reverted = true;
    }
    if (!reverted) return { ...first, guests };
    const second = derive(catalog.host, guests.values(), this.#hostId, unchanged, users);
    return { desired: second.desired, problems: first.problems, guests };
  }
}

/** The errors that keep guests from their newest definitions, by guest. */
export function problemsByGuest(problems: readonly Problem[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const problem of problems) {
    if (problem.guest === undefined || problem.severity !== 'error' || found.has(problem.guest)) continue;
    found.set(problem.guest, formatProblem(problem));
  }
  return found;
}

/**
 * What tells this host from others when MAC addresses are made. Derived from the machine id, which is not to be
 * shown to others as it is (machine-id(5)).
 */
export async function hostId(): Promise<string> {
  const id = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  return createHash('sha256').update(`umlnfs:${id.trim()}`).digest('hex');
}
