import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isGuestName } from '../../../definition/guest-name.ts';
import { pseudoPath } from '../../../plan/exported.ts';
import { exportConfig } from './config.ts';
import { effectOf } from './effect.ts';

/** An export as it was asked for: one directory of one guest. */
export interface ExportRecord {
  readonly id: number;
  readonly guest: string;
  readonly path: string;
  readonly clients: readonly { readonly client: string; readonly options: readonly string[] }[];
}

const heading = '# umlnfs: ';

/** What marks an export as one of umlnfs in the server itself, and says whose it is. Unique, as the server wants. */
export function tagOf(record: { readonly id: number; readonly guest: string }): string {
  return `umlnfs:${record.guest}:${record.id}`;
}

/** The guest of a tag that {@link tagOf} made; undefined for somebody else's. */
export function guestOfTag(tag: string, id: number): string | undefined {
  const [, guest = '', number] = /^umlnfs:(.*):(\d+)$/.exec(tag) ?? [];
  return number === String(id) && isGuestName(guest) ? guest : undefined;
}

/** The file's text: the record for us in a comment, and what it comes to for the server. */
export function formatRecord(action: string, record: ExportRecord): string {
  const { id, guest, path } = record;
  const block = exportConfig({
    id,
    path,
    pseudo: pseudoPath(record),
    tag: tagOf(record),
    clients: record.clients.map(({ client, options }) => ({ client, effect: effectOf(action, options) })),
  });
  return `${heading}${JSON.stringify({ id, guest, path, clients: record.clients })}\n${block}`;
}

/** Undefined for a text that {@link formatRecord} did not write. */
export function parseRecord(text: string): ExportRecord | undefined {
  const [first = ''] = text.split('\n', 1);
  if (!first.startsWith(heading)) return undefined;
  let value: Partial<ExportRecord>;
  try {
    value = JSON.parse(first.slice(heading.length));
  } catch {
    return undefined;
  }
  const { id, guest, path, clients } = value;
  if (typeof id !== 'number' || typeof guest !== 'string' || typeof path !== 'string') return undefined;
  return Array.isArray(clients) ? { id, guest, path, clients } : undefined;
}

/**
 * The number of a guest's export: a server that was started again must know it by the same one, since it is in the
 * file handles that clients hold. So it follows from guest and directory, the next free one where another has it.
 */
export function chooseId(guest: string, path: string, taken: ReadonlySet<number>): number {
  const digest = createHash('sha256').update(`${guest}\0${path}`).digest();
  let id = digest.readUInt16BE(0);
  // 0 is the pseudo root, and a number of 16 bits is always free before the server's memory is full.
  while (id === 0 || taken.has(id)) id = (id + 1) % 65_536;
  return id;
}

/** The export files of a runtime directory: what AddExport reads, what a server of ours begins with. */
export class Records {
  readonly directory: string;
  #known: readonly ExportRecord[] | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  file(id: number): string {
    return join(this.directory, `${id}.conf`);
  }

  /** As they were read last, with what was written since: nobody else writes them. */
  async known(): Promise<readonly ExportRecord[]> {
    return this.#known ?? this.all();
  }

  /** As they are on disk. */
  async all(): Promise<readonly ExportRecord[]> {
    const names = await readdir(this.directory).catch(() => []);
    const files = names.filter((name) => /^\d+\.conf$/.test(name)).sort();
    const texts = await Promise.all(
      files.map((name) => readFile(join(this.directory, name), 'utf8').catch(() => '')),
    );
    this.#known = texts
      .map((text, index) => ({ record: parseRecord(text), name: files[index] }))
      .filter(({ record, name }) => record !== undefined && `${record.id}.conf` === name)
      .map(({ record }) => record)
      .filter((record) => record !== undefined);
    return this.#known;
  }

  /** At once or not at all. */
  async write(action: string, record: ExportRecord): Promise<void> {
    const text = formatRecord(action, record);
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = this.file(record.id);
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
    this.#known = [...(await this.known()).filter((one) => one.id !== record.id), record];
  }

  async remove(id: number): Promise<void> {
    await rm(this.file(id), { force: true });
    this.#known = this.#known?.filter((one) => one.id !== id);
  }

  async clear(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    this.#known = undefined;
  }
}
