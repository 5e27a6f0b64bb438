/** Tables as `nft -j list table` tells them, as far as is needed to know whether they are as wanted. */
import type { BaseChain, ChainSeen, TableSeen } from './table.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @throws SyntaxError or TypeError for anything else than what `nft -j list table` prints */
export function parseTable(json: string): TableSeen {
  const objects = fieldsOf(JSON.parse(exact(json))).nftables;
  if (!Array.isArray(objects)) throw new TypeError('nft printed no list of objects');
  const chains = new Map<string, ChainSeen & { marks: string[] }>();
  const sets = new Map<string, ReadonlySet<string>>();
  const rules: Fields[] = [];
  for (const object of objects) {
    const { chain, set, rule } = fieldsOf(object);
    if (chain !== undefined) {
      const fields = fieldsOf(chain);
      chains.set(String(fields.name), { base: baseOf(fields), policy: String(fields.policy), marks: [] });
    }
    if (set !== undefined) {
      const { name, elem } = fieldsOf(set);
      sets.set(String(name), new Set(listOf(elem).map(elementOf)));
    }
    if (rule !== undefined) rules.push(fieldsOf(rule));
  }
  for (const { chain, comment } of rules) {
    chains.get(String(chain))?.marks.push(typeof comment === 'string' ? comment : '');
  }
  return { chains, sets };
}

/** Integers that JSON.parse would round as strings; strings as they are. */
function exact(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function baseOf({ type, hook, prio }: Fields): BaseChain | undefined {
  if (typeof hook !== 'string') return undefined;
  return { type: type === 'nat' ? 'nat' : 'filter', hook, priority: Number(prio) };
}

function elementOf(value: unknown): string {
  if (typeof value === 'number') return numberText(BigInt(value));
  // No interface has so long a name.
  if (typeof value === 'string' && /^-?\d{16,}$/.test(value)) return numberText(BigInt(value));
  if (typeof value === 'string')
    return /^0x[0-9a-f]+$/i.test(value) ? `0x${BigInt(value).toString(16)}` : value;
  const { concat, prefix, range, elem } = fieldsOf(value);
  if (concat !== undefined) return listOf(concat).map(elementOf).join(' . ');
  if (prefix !== undefined) return `${fieldsOf(prefix).addr}/${fieldsOf(prefix).len}`;
  if (range !== undefined) return listOf(range).map(elementOf).join('-');
  // With a comment, a time or a counter: not as umlnfs makes it.
  if (elem !== undefined) return `elem ${elementOf(fieldsOf(elem).val)}`;
  return JSON.stringify(value);
}

/** nft prints what has 64 bits as signed. */
function numberText(value: bigint): string {
  return `0x${(value < 0n ? BigInt.asUintN(64, value) : value).toString(16)}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
