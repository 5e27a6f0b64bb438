/** A table of nftables that umlnfs owns: as it should be, as text for nft(8), and what tells whether it is so. */
import { createHash } from 'node:crypto';

/** Of every table of umlnfs; nothing outside of tables of this name is ever touched. */
export const tableName = 'umlnfs';

export type Family = 'bridge' | 'inet';

export interface BaseChain {
  readonly type: 'filter' | 'nat';
  readonly hook: string;
  readonly priority: number;
}

export interface ChainWanted {
  readonly name: string;
  /** Undefined for a chain that only others go to. */
  readonly base?: BaseChain;
  readonly rules: readonly string[];
}

export interface SetWanted {
  readonly name: string;
  /** `type ipv4_addr` or `typeof iifname . @th,208,48`. */
  readonly type: string;
  /** Whether its elements may be networks. */
  readonly interval?: true;
  /** Parts of a concatenation are separated by ` . `; numbers are hexadecimal. */
  readonly elements: readonly string[];
}

export interface TableWanted {
  readonly family: Family;
  readonly chains: readonly ChainWanted[];
  readonly sets: readonly SetWanted[];
}

export interface ChainSeen {
  readonly base: BaseChain | undefined;
  readonly policy: string;
  /** The comment of each rule, in order; empty for a rule without. */
  readonly marks: readonly string[];
}

export interface TableSeen {
  readonly chains: ReadonlyMap<string, ChainSeen>;
  /** Elements in the form of {@link SetWanted}. */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The comment by which a rule is known again: nft(8) prints rules in other words than they were written in, which
 * differ from version to version, and comments as they are.
 */
export function markOf(chain: string, rule: string): string {
  return `umlnfs:${createHash('sha256').update(`${chain}\0${rule}`).digest('hex').slice(0, 12)}`;
}

/** Makes the table anew, in the one transaction that a file for nft(8) is. */
export function tableText(table: TableWanted): string {
  const sets = table.sets.flatMap((set) => [
    `  set ${set.name} {`,
    `    ${set.type}`,
    ...(set.interval ? ['    flags interval'] : []),
    ...(set.elements.length === 0
      ? []
      : [`    elements = { ${set.elements.map((one) => elementText(set, one)).join(', ')} }`]),
    '  }',
  ]);
  const chains = table.chains.flatMap(({ name, base, rules }) => [
    `  chain ${name} {`,
    ...(base === undefined
      ? []
      : [`    type ${base.type} hook ${base.hook} priority ${base.priority}; policy accept;`]),
    ...rules.map((rule) => `    ${rule} comment "${markOf(name, rule)}"`),
    '  }',
  ]);
  return [
    removalText(table.family),
    `table ${table.family} ${tableName} {`,
    ...sets,
    ...chains,
    '}',
    '',
  ].join('\n');
}

/** Removes the table, also where there is none: older versions of nft(8) have no other way to say that. */
export function removalText(family: Family): string {
  return `table ${family} ${tableName}\ndelete table ${family} ${tableName}`;
}

const shape = /^[0-9A-Za-z._:/-]+$/;
const negative = /^0x-/i;

function elementText({ type }: SetWanted, element: string): string {
  const parts = element.split(' . ');
  // A definition can name its tap: nothing in a name may be more than a name.
  for (const part of parts) if (!shape.test(part)) throw new TypeError(`not an element: ${element}`);
  const [first = '', ...rest] = parts;
  const named = /^type(of)? i?ifname\b/.test(type);
  if ((named ? rest : parts).some((part) => negative.test(part)))
    throw new TypeError(`not an element: ${element}`);
  return [named ? `"${first}"` : first, ...rest].join(' . ');
}

/** What is not as wanted, completing "… because"; undefined where all is. */
export function tableAmiss(table: TableWanted, seen: TableSeen | undefined): string | undefined {
  const name = `table ${table.family} ${tableName}`;
  if (seen === undefined) return `there is no ${name}`;
  for (const chain of table.chains) {
    const found = seen.chains.get(chain.name);
    if (found === undefined) return `chain ${chain.name} of ${name} is missing`;
    if (!sameBase(chain.base, found)) return `chain ${chain.name} of ${name} was changed`;
    const marks = chain.rules.map((rule) => markOf(chain.name, rule));
    if (!same(marks, found.marks))
      return `the rules of chain ${chain.name} of ${name} are not those of umlnfs`;
  }
  for (const set of table.sets) {
    const found = seen.sets.get(set.name);
    if (found === undefined) return `set ${set.name} of ${name} is missing`;
    const wanted = new Set(set.elements);
    if (wanted.size !== found.size || ![...wanted].every((element) => found.has(element)))
      return `set ${set.name} of ${name} has other elements`;
  }
  if (seen.chains.size !== table.chains.length || seen.sets.size !== table.sets.length)
    return `${name} has more in it than umlnfs puts there`;
  return undefined;
}

function sameBase(wanted: BaseChain | undefined, { base, policy }: ChainSeen): boolean {
  if (wanted === undefined || base === undefined) return wanted === base;
  return (
    wanted.type === base.type &&
    wanted.hook === base.hook &&
    wanted.priority === base.priority &&
    policy === 'accept'
  );
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
