import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Catalog, nextCatalog } from '../definition/catalog.ts';
import type { Host } from '../definition/guest.ts';
import { templateOf } from '../definition/guest-name.ts';
import { collapse } from '../definition/template/collapse.ts';
import { untilRestart } from '../definition/until-restart.ts';
import { desired as derive } from '../model/derive.ts';
import type { Desired } from '../model/desired.ts';
import { UserError } from '../model/error.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import { loadDefinitions } from '../watch/load.ts';
import type { Locations } from './locations.ts';

/** What the definitions say, as of the last reading. */
export interface Definitions {
  readonly host: Host;
  readonly desired: Desired;
  /** As they are to be told. */
  readonly problems: readonly Problem[];
  /** By guest, or by template (`lab@`) for all of its instances: the first error that keeps it from its newest definition. */
  readonly problemOf: ReadonlyMap<string, string>;
  /** By guest: its definition's main file. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads the definitions, and keeps what is still good of the reading before. */
export class DefinitionStore {
  readonly #locations: Locations;
  readonly #hostId: string;
  #catalog: Catalog | undefined;
  #first: Host | undefined;
  readonly #running: () => ReadonlyMap<string, string>;

  /** @param running by guest: the addresses of those that run */
  constructor(
    where: Locations,
    hostId: string,
    running: () => ReadonlyMap<string, string> = () => new Map(),
  ) {
    this.#locations = where;
    this.#hostId = hostId;
    this.#running = running;
  }

  /** @throws UserError while no good host file has ever been read: nothing is known of this host then */
  async read(): Promise<Definitions> {
    const loaded = await loadDefinitions(this.#locations.directories, this.#locations.hostFile);
    const catalog = nextCatalog(this.#catalog, loaded, this.#hostId, this.#running());
    if (!catalog.usable) {
      const [first, ...more] = catalog.problems.map(formatProblem);
      throw new UserError('use the host file', [first ?? loaded.hostFile, ...more].join('\n'), {
        hint: 'correct it, and check it with: umlnfs check',
      });
    }
    this.#catalog = catalog;
    const { guests, users, kept } = catalog;
    this.#first ??= catalog.host;
    const { host, problems: late } = untilRestart(this.#first, catalog.host, loaded.hostFile);
    const { desired, problems } = derive(host, guests.values(), this.#hostId, undefined, users, kept);
    const all = [...catalog.problems, ...late, ...problems];
    const held = new Set([...loaded.guests.keys()].filter((name) => !desired.guests.has(name)));
    return {
      host,
      desired: { ...desired, held, heldTemplates: catalog.heldTemplates, incomplete: !catalog.complete },
      problems: collapse(all),
      problemOf: problemsByGuest(all, catalog.heldTemplates),
      files: new Map([...guests.values()].map((guest) => [guest.name, guest.file])),
    };
  }
}

/** Why a guest is not as its newest definition says; the fault may be its template's. */
export function problemOfGuest(definitions: Definitions | undefined, guest: string): string | undefined {
  const problems = definitions?.problemOf;
  return problems?.get(guest) ?? problems?.get(templateOf(guest) ?? '');
}

function problemsByGuest(
  problems: readonly Problem[],
  heldTemplates: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const problem of problems) {
    if (problem.guest === undefined || problem.severity !== 'error') continue;
    const template = templateOf(problem.guest) ?? '';
    // What one instance has keeps all of them as they were.
    for (const name of heldTemplates.has(template) ? [problem.guest, template] : [problem.guest])
      if (!found.has(name)) found.set(name, formatProblem(problem));
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
