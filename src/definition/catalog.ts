/**
 * The definitions in force. A definition that cannot be used does no harm to a guest that runs: what was last good
 * holds until its file is right again, and only a deleted (or masked) file removes a guest.
 */
import { desired } from '../model/derive.ts';
import { partialProblems } from '../model/partial-rules.ts';
import { type Kept, NOTHING_KEPT } from '../model/pick-address.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import type { Assigned } from './assign.ts';
import { attempt } from './attempt.ts';
import type { Guest, Host } from './guest.ts';
import { templateOf } from './guest-name.ts';
import { DEFAULT_NETWORK, type Network, networksOf } from './network.ts';
import { type GuestParse, parseGuest } from './parse-guest.ts';
import { defaultHost, parseHost } from './parse-host.ts';
import { parseNetwork } from './parse-network.ts';
import { settleNetworks } from './settle-networks.ts';
import type { Loaded } from './source.ts';

export interface Catalog {
  /** With all networks that can be used. */
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
  /** Addresses that guests keep, for desired(). */
  readonly kept: Kept;
}

/**
 * The catalog after a load; `previous` is undefined at the start.
 *
 * @param hostId as for desired()
 * @param running by guest: the addresses of those that run
 */
export function nextCatalog(
  previous: Catalog | undefined,
  loaded: Loaded,
  hostId = '',
  running: Kept['running'] = NOTHING_KEPT.running,
): Catalog {
  const { host: ownHost, guestDefaults, problems: hostProblems, usable } = nextHost(previous, loaded);
  const { host, problems: networkProblems } = withNetworks(ownHost, previous, loaded);
  const problems: Problem[] = [...hostProblems, ...networkProblems, ...loaded.problems];
  const kept: Kept = { running, picked: previous?.kept.picked ?? NOTHING_KEPT.picked };
  const chosen = new Map<string, Guest>();
  for (const source of loaded.guests.values()) {
    const parsed = attempt(
      source.file,
      source.name,
      () => withPartial(parseGuest(source, guestDefaults), usable ? host : undefined, hostId),
      (problem) => ({ guest: undefined, problems: [problem] }),
    );
    for (const problem of parsed.problems) problems.push(problem);
    const guest = parsed.guest ?? previous?.guests.get(source.name);
    if (guest !== undefined) chosen.set(source.name, guest);
  }
  const unknown = brokenTemplates(loaded, problems);
  for (const { problems: own } of loaded.templates ?? []) for (const problem of own) problems.push(problem);
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
      kept,
    };
  const settled = settle({ host, hostId, users, last: previous?.guests ?? new Map(), kept }, chosen);
  for (const problem of settled.problems) problems.push(problem);
  const { guests, picked } = settled;
  return {
    host,
    guestDefaults,
    guests,
    problems,
    complete: loaded.complete,
    usable,
    heldTemplates,
    users,
    kept: { running, picked },
  };
}

/** With what is wrong beside what cannot be read. @param host undefined where that is not known itself */
function withPartial(
  { guest, problems, partial }: GuestParse,
  host: Host | undefined,
  hostId: string,
): Pick<GuestParse, 'guest' | 'problems'> {
  if (host === undefined || partial === undefined) return { guest, problems };
  return {
    guest,
    problems: [...problems, ...partialProblems(host, partial.guest, partial.failed, hostId)],
  };
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
  const parsed = attempt(
    loaded.hostFile,
    undefined,
    () => (loaded.host === undefined ? defaultHost() : parseHost(loaded.host)),
    (problem) => ({ ...defaultHost(), problems: [problem] }),
  );
  const problems = [...loaded.hostProblems, ...parsed.problems];
  if (!problems.some(({ severity }) => severity === 'error')) return { ...parsed, problems, usable: true };
  if (previous?.usable)
    return { host: previous.host, guestDefaults: previous.guestDefaults, problems, usable: true };
  return { ...defaultHost(), problems, usable: false };
}

/** The host with its networks. One whose file cannot be used stays as it was. */
export function withNetworks(host: Host, previous: Catalog | undefined, loaded: Loaded) {
  const last: ReadonlyMap<string, Network> = previous?.usable ? networksOf(previous.host) : new Map();
  const wanted = new Map(networksOf({ ...host, networks: new Map() }));
  const problems: Problem[] = [];
  for (const source of loaded.networks.values()) {
    const parsed = attempt(
      source.file,
      undefined,
      () => parseNetwork(source),
      (problem) => ({ network: undefined, problems: [problem] }),
    );
    for (const problem of parsed.problems) problems.push(problem);
    const network = parsed.network ?? last.get(source.name);
    if (network !== undefined && source.name !== DEFAULT_NETWORK) wanted.set(source.name, network);
  }
  for (const [name, network] of last) if (!loaded.complete && !wanted.has(name)) wanted.set(name, network);
  const settled = settleNetworks(wanted, last);
  const networks = new Map([...settled.networks].sort(([a], [b]) => (a < b ? -1 : 1)));
  const { bridge } = networks.get(DEFAULT_NETWORK) ?? host;
  networks.delete(DEFAULT_NETWORK);
  return { host: { ...host, bridge, networks }, problems: [...problems, ...settled.problems] };
}

interface Circumstances {
  readonly host: Host;
  readonly kept: Kept;
  readonly hostId: string;
  readonly users: ReadonlyMap<string, number>;
  /** The guests in force so far. */
  readonly last: ReadonlyMap<string, Guest>;
}

/**
 * The guests that can be together on this host. One that is refused falls back to what it was last, and is left
 * out where that does not go either. Guests that claim what they had win over those that want something new.
 */
function settle({ host, hostId, users, last, kept }: Circumstances, wanted: ReadonlyMap<string, Guest>) {
  const chosen = new Map(wanted);
  const problems: Problem[] = [];
  const picked = new Map<string, string>();
  for (;;) {
    const settledNames = [...chosen]
      .filter(([name, guest]) => sameClaims(guest, last.get(name)))
      .map(([name]) => name);
    const round = desired(host, chosen.values(), hostId, new Set(settledNames), users, kept);
    const refused = [...chosen.keys()].filter((name) => !round.desired.guests.has(name));
    if (refused.length === 0) {
      for (const [name, guest] of chosen) {
        const address = round.desired.guests.get(name)?.network.address;
        if (guest.guest.address === undefined && address !== undefined) picked.set(name, address);
      }
      break;
    }
    const errors = round.problems.filter(
      ({ severity, guest }) => severity === 'error' && refused.includes(guest ?? ''),
    );
    // What a guest had before can be refused for the same reason.
    const told = new Set(problems.map(formatProblem));
    for (const error of errors) if (!told.has(formatProblem(error))) problems.push(error);
    for (const name of refused) {
      const before = last.get(name);
      if (before === undefined || before === chosen.get(name)) chosen.delete(name);
      else chosen.set(name, before);
    }
  }
  return { guests: new Map([...chosen].sort(([a], [b]) => (a < b ? -1 : 1))), picked, problems };
}

/** Whether a guest wants of the shared things what it had. */
function sameClaims(guest: Guest, before: Guest | undefined): boolean {
  return (
    before !== undefined &&
    guest.guest.address === before.guest.address &&
    guest.guest.user === before.guest.user &&
    guest.network.bridge === before.network.bridge &&
    guest.network.mac === before.network.mac &&
    guest.network.tap === before.network.tap &&
    guest.guest.after.join() === before.guest.after.join() &&
    guest.root.serverGuest === before.root.serverGuest &&
    guest.guest.disks.map(({ path }) => path).join() === before.guest.disks.map(({ path }) => path).join()
  );
}
