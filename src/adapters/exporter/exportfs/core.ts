import { isGuestName } from '../../../definition/guest-name.ts';
import type { ExportWanted } from '../../../model/desired.ts';
import { UserError } from '../../../model/error.ts';
import type { ExportSeen } from '../../../model/observed.ts';
import type { ExportHost } from './host.ts';
import { normalOptions, sameOptions } from './options.ts';
import { keyOf, type OwnSeen, type State, stateOf } from './state.ts';
import { type ExportEntry, formatOwn } from './text.ts';

/**
 * Exports through exportfs(8), wherever that runs. They are in a table of our own, so that `exportfs -r` of somebody
 * else keeps them, and are added and removed one by one, so that nothing of others is touched.
 */
export class Exportfs {
  readonly #host: ExportHost;
  /** Paths that were looked up before, to have them with the next look at once. */
  #paths: readonly string[] = [];
  // exportfs takes a lock of its own; the table is read, changed and written by one at a time.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: ExportHost) {
    this.#host = host;
  }

  async observe(): Promise<{ readonly threads: number; readonly exports: readonly ExportSeen[] }> {
    const state = await this.#state();
    const inForce = new Map(state.etab.map((entry) => [keyOf(entry), entry]));
    const exports: ExportSeen[] = [];
    for (const entry of state.own) {
      const key = keyOf({ client: entry.client, path: state.resolved(entry.path) });
      exports.push(ownSeen(entry, inForce.get(key)));
      inForce.delete(key);
    }
    for (const { path, client, options } of inForce.values()) {
      exports.push({ path, client, options, guest: undefined, whole: true });
    }
    return { threads: state.threads, exports };
  }

  add(wanted: ExportWanted): Promise<void> {
    const { guest, client, options } = wanted;
    const action = `export ${wanted.path} to ${client} for ${guest}${this.#host.where}`;
    return this.#inTurn(async () => {
      checkWords(action, wanted);
      await this.#host.check(action, wanted);
      const before = await this.#state(wanted.path);
      const path = before.resolved(wanted.path);
      refuseConflict(action, wanted, path, before);
      const others = before.own.filter((entry) => keyOf(entry) !== keyOf(wanted));
      await this.#write([...others, { guest, path: wanted.path, client, options }]);
      if (isInForce(before, path, client, options)) return;
      const said = await this.#host.exportfs(action, ['-o', options.join(','), `${client}:${path}`]);
      if (isInForce(await this.#state(), path, client, options)) return;
      // It may be in force all the same, half right.
      await this.#write(others);
      await this.#host.exportfs(action, ['-u', `${client}:${path}`]);
      throw new UserError(
        action,
        said === '' ? 'exportfs does not show it afterwards' : `exportfs says: ${said}`,
      );
    });
  }

  remove(guest: string, path: string, client: string): Promise<void> {
    const action = `stop exporting ${path} to ${client}${this.#host.where}`;
    return this.#inTurn(async () => {
      const state = await this.#state(path);
      const mine = state.own.find(
        (entry) => entry.guest === guest && keyOf(entry) === keyOf({ client, path }),
      );
      if (mine === undefined) return;
      const target = state.resolved(path);
      const key = keyOf({ client, path: target });
      await this.#write(state.own.filter((entry) => entry !== mine));
      // Somebody else may have it in a table by now: then it is theirs.
      if (foreign(state, client, target) !== undefined) return;
      if (!state.etab.some((entry) => keyOf(entry) === key)) return;
      const said = await this.#host.exportfs(action, ['-u', key]);
      if ((await this.#state()).etab.some((entry) => keyOf(entry) === key)) {
        throw new UserError(action, `exportfs says: ${said}`);
      }
    });
  }

  /** Resolves when nothing is being changed any more. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #state(...paths: string[]): Promise<State> {
    const asked = [...new Set([...this.#paths, ...paths])];
    let state = stateOf(await this.#host.look(asked));
    const all = [
      ...new Set([
        ...paths,
        ...[...state.own, ...state.others.map(({ entry }) => entry)].map(({ path }) => path),
      ]),
    ];
    this.#paths = all;
    if (all.some((path) => !state.knows(path))) state = stateOf(await this.#host.look(all));
    return state;
  }

  /** Each file at once or not at all; without entries there is no table. */
  async #write(entries: readonly (ExportEntry & { readonly guest: string })[]): Promise<void> {
    const sorted = [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    await this.#host.write(sorted.length === 0 ? undefined : formatOwn(sorted));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function isInForce(state: State, path: string, client: string, options: readonly string[]): boolean {
  const key = keyOf({ client, path });
  const entry = state.etab.find((one) => keyOf(one) === key);
  return entry !== undefined && sameOptions(entry.options, options);
}

function refuseConflict(action: string, wanted: ExportWanted, path: string, state: State): void {
  const mine = state.own.find((entry) => keyOf(entry) === keyOf(wanted));
  if (mine !== undefined && mine.guest !== wanted.guest) {
    throw new UserError(action, `it is exported there for ${mine.guest}`, {
      hint: 'give one of them another Directory= or Address=',
    });
  }
  const file = foreign(state, wanted.client, path);
  const inForce = state.etab.some((entry) => keyOf(entry) === keyOf({ ...wanted, path }));
  if (file === undefined && (mine !== undefined || !inForce)) return;
  throw new UserError(action, `somebody else exports it already${file === undefined ? '' : `, in ${file}`}`, {
    hint: `remove that export${file === undefined ? ` with: exportfs -u ${wanted.client}:${path}` : ''}, or give the guest another Directory=`,
  });
}

/** The table of somebody else that has the very same export. */
function foreign(state: State, client: string, path: string): string | undefined {
  return state.others.find(({ entry }) => entry.client === client && state.resolved(entry.path) === path)
    ?.file;
}

function ownSeen(entry: OwnSeen, inForce: ExportEntry | undefined): ExportSeen {
  const { guest, path, client, inTable } = entry;
  if (inForce === undefined) return { guest, path, client, options: entry.options, whole: false };
  const same = sameOptions(inForce.options, entry.options);
  const options = same ? entry.options : normalOptions(inForce.options);
  return { guest, path, client, options, whole: same && inTable };
}

/** Definitions cannot hold anything else; what stands in a table is checked again where it is written. */
function checkWords(action: string, wanted: ExportWanted): void {
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(wanted.client)) {
    throw new UserError(action, 'the client is neither an IPv4 address nor a network');
  }
  for (const option of wanted.options) {
    if (!/^[a-z_]+(=[A-Za-z0-9/._+@:~-]+)?$/.test(option)) {
      throw new UserError(action, `${JSON.stringify(option)} is no export option`);
    }
  }
  if (!/^\/\P{Cc}*$/u.test(wanted.path) || !isGuestName(wanted.guest)) {
    throw new UserError(action, 'its path or name has characters that no export table can hold');
  }
}
