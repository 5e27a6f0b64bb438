/**
 * The definitions in force. A definition that cannot be used does no harm to a guest that runs: what was last good
 * holds until its file is right again, and only a deleted (or masked) file removes a guest.
 */
import { desired } from '../model/derive.ts';
import type { Problem } from '../model/problem.ts';
import type { Assigned } from './assign.ts';
import type { Guest, Host } from './guest.ts';
import { templateOf } from './guest-name.ts';
import { parseGuest } from './parse-guest.ts';
import { defaultHost, parseHost } from './parse-host.ts';
import type { Loaded } from './source.ts';

export interface Catalog {
  readonly host: Host;
  /** What the host file says about every guest. */
  readonly guestDefaults: Assigned;
  /** By name, in name order: what desired() of the model takes all together. */
  readonly guests: ReadonlyMap<string, Guest>;
  /** Every problem of this load except the warnings that desired() gives. */
  readonly problems: readonly Problem[];
  /**
   * False where it is not known what the definitions say: a directory could not be read, or there never was a host
   * file without errors. No guest may be removed then.
   */
  readonly complete: boolean;
  /** False until a host file was read without errors (or there is none): `host` is then the defaults, `guests` empty. */
  readonly usable: boolean;
  /** Templates (`lab@`) that have an error: what there is of their instances stays. */
  readonly heldTemplates: ReadonlySet<string>;
  /** Numeric ids of the user names in the definitions, for desired(). */
  readonly users: ReadonlyMap<string, number>;
}

/** The catalog after a load; `previous` is undefined at the start. @param hostId as for desired() */
export function nextCatalog(previous: Catalog | undefined, loaded: Loaded, hostId = ''): Catalog {
  const { host, guestDefaults, problems: hostProblems, usable } = nextHost(previous, loaded);
  const problems: Problem[] = [...hostProblems, ...loaded.problems];
  const chosen = new Map<string, Guest>();
  for (const source of loaded.guests.values()) {
    const parsed = parseGuest(source, guestDefaults);
    problems.push(...parsed.problems);
    const guest = parsed.guest ?? previous?.guests.get(source.name);
    if (guest !== undefined) chosen.set(source.name, guest);
  }
  const unknown = brokenTemplates(loaded, problems);
  for (const { problems: own } of loaded.templates ?? []) problems.push(...own);
  for (const [name, guest] of previous?.guests ?? []) {
    const maybe = !loaded.complete || unknown.has(templateOf(name) ?? '');
    if (maybe && !loaded.guests.has(name)) chosen.set(name, guest);
  }
  const { users } = loaded;
  const heldTemplates = unknown;
  if (!usable)
    return {
      host,
      guestDefaults,
      guests: new Map(),
      problems,
      complete: false,
      usable,
      heldTemplates,
      users,
    };
  const settled = settle({ host, hostId, users, last: previous?.guests ?? new Map() }, chosen);
  problems.push(...settled.problems);
  const { guests } = settled;
  return { host, guestDefaults, guests, problems, complete: loaded.complete, usable, heldTemplates, users };
}

/** Templates whose instances are not known, or that have an error which takes all of them. */
function brokenTemplates(loaded: Loaded, problems: readonly Problem[]): ReadonlySet<string> {
  const faulty = new Set(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file));
  const broken = (loaded.templates ?? []).filter(
    ({ broken, files }) => broken || files.some(({ path }) => faulty.has(path)),
  );
  return new Set(broken.map(({ name }) => name));
}

function nextHost(previous: Catalog | undefined, loaded: Loaded) {
  const parsed = loaded.host === undefined ? defaultHost() : parseHost(loaded.host);
  const problems = [...loaded.hostProblems, ...parsed.problems];
  if (!problems.some(({ severity }) => severity === 'error')) return { ...parsed, problems, usable: true };
  if (previous?.usable)
    return { host: previous.host, guestDefaults: previous.guestDefaults, problems, usable: true };
  return { ...defaultHost(), problems, usable: false };
}

interface Circumstances {
  readonly host: Host;
  readonly hostId: string;
  readonly users: ReadonlyMap<string, number>;
  /** The guests in force so far. */
  readonly last: ReadonlyMap<string, Guest>;
}

/**
 * The guests that can be together on this host. One that is refused falls back to what it was last, and is left
 * out where that does not go either. Guests that claim what they had win over those that want something new.
 */
function settle({ host, hostId, users, last }: Circumstances, wanted: ReadonlyMap<string, Guest>) {
  const chosen = new Map(wanted);
  const problems: Problem[] = [];
  for (;;) {
    const settledNames = [...chosen]
      .filter(([name, guest]) => sameClaims(guest, last.get(name)))
      .map(([name]) => name);
    const round = desired(host, chosen.values(), hostId, new Set(settledNames), users);
    const refused = [...chosen.keys()].filter((name) => !round.desired.guests.has(name));
    if (refused.length === 0) break;
    const errors = round.problems.filter(
      ({ severity, guest }) => severity === 'error' && refused.includes(guest ?? ''),
    );
    problems.push(...errors);
    for (const name of refused) {
      const before = last.get(name);
      if (before === undefined || before === chosen.get(name)) chosen.delete(name);
      else chosen.set(name, before);
    }
  }
  return { guests: new Map([...chosen].sort(([a], [b]) => (a < b ? -1 : 1))), problems };
}

/** Whether a guest wants of the shared things what it had. */
function sameClaims(guest: Guest, before: Guest | undefined): boolean {
  return (
    before !== undefined &&
    guest.guest.address === before.guest.address &&
    guest.guest.user === before.guest.user &&
    guest.network.mac === before.network.mac &&
    guest.network.tap === before.network.tap &&
    guest.guest.after.join() === before.guest.after.join()
  );
}
