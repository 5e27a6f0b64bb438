import { messageOf, UserError } from '../../model/error.ts';
import {
  type Family,
  removalText,
  type TableSeen,
  type TableWanted,
  tableName,
  tableText,
} from '../../model/filter/table.ts';
import { parseTable } from '../../model/filter/table-seen.ts';
import { findProgram } from '../program.ts';
import { firstError, nft, nftHint } from './nft.ts';

const families: readonly Family[] = ['bridge', 'inet'];

/** The tables of umlnfs, as they are in this network namespace. */
export async function observeTables(): Promise<ReadonlyMap<Family, TableSeen>> {
  // Where nothing can be made, nothing was made: whoever needs it is told when it is to be put into force.
  if ((await findProgram('nft')) === undefined) return new Map();
  const read = await Promise.all(
    families.map(async (family) => [family, await observeTable(family)] as const),
  );
  const tables = new Map<Family, TableSeen>();
  for (const [family, table] of read) if (table !== undefined) tables.set(family, table);
  return tables;
}

async function observeTable(family: Family): Promise<TableSeen | undefined> {
  const action = `look at table ${family} ${tableName} of nftables`;
  const { failed, stdout, stderr } = await nft(action, ['-j', 'list', 'table', family, tableName]);
  if (failed) {
    if (/No such file or directory/.test(stderr)) return undefined;
    throw new UserError(action, firstError(stderr), hintFor(stderr));
  }
  try {
    return parseTable(stdout);
  } catch (error) {
    throw new UserError(action, `nft printed what cannot be read (${messageOf(error)})`, { hint: nftHint });
  }
}

/**
 * Makes tables be as wanted and removes others of umlnfs, all in one transaction: either all of it is in force or what
 * was before.
 */
export async function applyTables(wanted: readonly TableWanted[], removed: readonly Family[]): Promise<void> {
  if (wanted.length === 0 && removed.length === 0) return;
  const action = 'put the packet filter into force';
  const text = [...removed.map((family) => `${removalText(family)}\n`), ...wanted.map(tableText)].join('');
  const { failed, stderr } = await nft(action, ['-f', '-'], text);
  if (failed) throw new UserError(action, firstError(stderr), hintFor(stderr));
}

/** Removes all tables of umlnfs; a host without nft(8) has none that it could. */
export async function removeTables(): Promise<void> {
  const seen = await observeTables().catch(() => new Map<Family, TableSeen>());
  await applyTables([], [...seen.keys()]);
}

function hintFor(stderr: string): { hint?: string } {
  if (/Operation not permitted/.test(stderr)) return { hint: 'run as root' };
  if (/Operation not supported|Protocol not supported/.test(stderr))
    return { hint: 'the kernel of this host lacks nftables for bridges: modprobe nf_tables_bridge' };
  return {};
}
