import { statfs } from 'node:fs/promises';
import type { ExportWanted } from '../../../model/desired.ts';
import { UserError } from '../../../model/error.ts';
import { pseudoPath } from '../../../plan/exported.ts';
import { effectOfBits, optionsOf } from './effect.ts';
import type { Nfsd, Served } from './nfsd.ts';
import { chooseId, type ExportRecord, guestOfTag, type Records } from './records.ts';
import { clientOf } from './seen.ts';

/** Changes to the exports of a running server; one at a time. */
export class Exports {
  readonly #nfsd: Nfsd | undefined;
  readonly #records: Records;

  constructor(nfsd: Nfsd | undefined, records: Records) {
    this.#nfsd = nfsd;
    this.#records = records;
  }

  /** Adds the export, or changes the one that is there without interrupting its clients. */
  async add(action: string, wanted: ExportWanted): Promise<void> {
    const nfsd = this.#nfsd;
    if (nfsd === undefined) throw new UserError(action, 'NFS-Ganesha does not run');
    const { guest, path, client, options } = wanted;
    const { ids, served, records } = await this.#look(guest, path);
    const mine = served.find((entry) => isOf(entry, guest, path));
    const others = (mine === undefined ? [] : clientsOf(mine, records)).filter(
      (one) => one.client !== client,
    );
    const clients = [...others, { client, options }];
    if (mine !== undefined) {
      await this.#records.write(action, { id: mine.id, guest, path, clients });
      await nfsd.update(action, this.#records.file(mine.id), mine.id);
      return;
    }
    refuseNesting(action, wanted, records, ids);
    const id = idFor(wanted, ids, records);
    await this.#records.write(action, { id, guest, path, clients });
    try {
      await nfsd.add(action, this.#records.file(id), id);
    } catch (error) {
      await this.#records.remove(id);
      const foreign = served.find(
        (entry) => entry.path === path && guestOfTag(entry.tag, entry.id) === undefined,
      );
      if (foreign === undefined) throw (await tmpfsCause(action, path, error)) ?? error;
      throw new UserError(action, `somebody else exports it already (Export_Id ${foreign.id})`, {
        hint: 'remove that export, or give the guest another Directory=',
        cause: error,
      });
    }
  }

  /** Takes one client away, and with the last one the export. Without a server only what it would begin with. */
  async remove(action: string, guest: string, path: string, client: string): Promise<void> {
    const { served, records } = await this.#look(guest, path);
    const mine = served.find((entry) => isOf(entry, guest, path));
    const record = records.find((one) => one.guest === guest && one.path === path);
    const id = mine?.id ?? record?.id;
    if (id === undefined) return;
    const before = mine === undefined ? (record?.clients ?? []) : clientsOf(mine, records);
    const clients = before.filter((one) => one.client !== client);
    if (clients.length > 0) {
      await this.#records.write(action, { id, guest, path, clients });
      if (mine !== undefined) await this.#nfsd?.update(action, this.#records.file(id), id);
      return;
    }
    if (mine !== undefined) await this.#nfsd?.remove(action, id);
    await this.#records.remove(id);
  }

  /** What there is to know for one export; the server is not asked about all the others that have records. */
  async #look(guest: string, path: string): Promise<Look> {
    const [ids, records] = await Promise.all([this.#nfsd?.ids() ?? [], this.#records.known()]);
    const others = new Set(
      records.filter((record) => record.guest !== guest || record.path !== path).map(({ id }) => id),
    );
    const served = await this.#nfsd?.details(ids.filter((id) => !others.has(id)));
    return { ids: new Set(ids), served: served ?? [], records };
  }
}

interface Look {
  /** Of all exports of the server. */
  readonly ids: ReadonlySet<number>;
  /** Those that may be the one looked for, or somebody else's. */
  readonly served: readonly Served[];
  readonly records: readonly ExportRecord[];
}

function isOf(entry: Served, guest: string, path: string): boolean {
  return guestOfTag(entry.tag, entry.id) === guest && entry.path === path;
}

/** The clients of an export of ours with the options asked for, or what the server does where that is not known. */
function clientsOf(entry: Served, records: readonly ExportRecord[]): ExportRecord['clients'] {
  const record = records.find((one) => one.id === entry.id && isOf(entry, one.guest, one.path));
  return entry.clients.flatMap((served) => {
    const client = clientOf(served);
    const asked = record?.clients.find((one) => one.client === client);
    const effect = effectOfBits(served.options, served.anonuid, served.anongid);
    if (asked !== undefined) return [asked];
    return effect === undefined ? [] : [{ client, options: optionsOf(effect) }];
  });
}

function idFor(
  wanted: ExportWanted,
  inServer: ReadonlySet<number>,
  records: readonly ExportRecord[],
): number {
  const isSame = (record: ExportRecord) => record.guest === wanted.guest && record.path === wanted.path;
  const before = records.find(isSame);
  if (before !== undefined && !inServer.has(before.id)) return before.id;
  const taken = new Set([...inServer, ...records.filter((record) => !isSame(record)).map(({ id }) => id)]);
  return chooseId(wanted.guest, wanted.path, taken);
}

/** From version 6 on it passes over every tmpfs, and then says nothing that helps. */
async function tmpfsCause(action: string, path: string, cause: unknown): Promise<UserError | undefined> {
  const tmpfsMagic = 0x0102_1994;
  const found = await statfs(path).catch(() => undefined);
  if (found?.type !== tmpfsMagic) return undefined;
  return new UserError(action, `${path} is on a tmpfs, and NFS-Ganesha does not export that`, {
    hint: 'move the root to a disk; where /tmp is a tmpfs, /var/tmp is not',
    cause,
  });
}

/** A client reaches its export through those above it, and would be refused there. */
function refuseNesting(
  action: string,
  wanted: ExportWanted,
  records: readonly ExportRecord[],
  inServer: ReadonlySet<number>,
): void {
  const place = pseudoPath(wanted);
  for (const record of records) {
    const other = pseudoPath(record);
    if (!inServer.has(record.id) || !(place.startsWith(`${other}/`) || other.startsWith(`${place}/`)))
      continue;
    throw new UserError(
      action,
      `NFS-Ganesha cannot export one root inside another, and the root of ${record.guest} is ${record.path}`,
      { hint: 'give one of them another Directory=' },
    );
  }
}
