/** The rules of nftables as `nft -j list ruleset` tells them, as far as they are understood. */

export interface BaseChain {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Undefined for a chain that only others jump to. */
  readonly base: BaseChain | undefined;
  /** Statements of each rule. */
  readonly rules: readonly (readonly Statement[])[];
}

export type Statement = Readonly<Record<string, unknown>>;

export interface Ruleset {
  /** By {@link idOf}. */
  readonly chains: ReadonlyMap<string, Chain>;
  /** Elements of named sets, by {@link idOf}. */
  readonly sets: ReadonlyMap<string, readonly unknown[]>;
}

export function idOf(family: string, table: string, name: string): string {
  return `${family}\0${table}\0${name}`;
}

/** @throws Error for what is no such JSON */
export function parseRuleset(text: string): Ruleset {
  const chains = new Map<string, Chain & { rules: (readonly Statement[])[] }>();
  const sets = new Map<string, readonly unknown[]>();
  for (const object of list(record(JSON.parse(text)).nftables)) {
    const { chain, rule, set } = record(object);
    if (chain !== undefined) {
      const { family, table, name } = names(record(chain));
      chains.set(idOf(family, table, name), { family, table, name, base: baseOf(record(chain)), rules: [] });
    }
    if (set !== undefined) {
      const { family, table, name } = names(record(set));
      sets.set(idOf(family, table, name), list(record(set).elem));
    }
    if (rule !== undefined) {
      const { family, table } = names(record(rule));
      const statements = list(record(rule).expr).map(record);
      chains.get(idOf(family, table, String(record(rule).chain)))?.rules.push(statements);
    }
  }
  return { chains, sets };
}

function names(object: Statement) {
  return { family: String(object.family), table: String(object.table), name: String(object.name) };
}

function baseOf({ hook, type, prio, policy }: Statement): BaseChain | undefined {
  if (typeof hook !== 'string') return undefined;
  return {
    hook,
    type: String(type),
    priority: Number(prio) || 0,
    policy: policy === 'drop' ? 'drop' : 'accept',
  };
}

export function record(value: unknown): Statement {
  return typeof value === 'object' && value !== null ? (value as Statement) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
