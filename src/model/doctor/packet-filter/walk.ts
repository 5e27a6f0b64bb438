import { type Answer, fieldOf, matches, type Packet } from './match.ts';
import { type Chain, idOf, list, type Ruleset, record, type Statement } from './ruleset.ts';

/** What becomes of a packet. */
export interface Fate {
  readonly verdict: 'accept' | 'drop';
  /** False where a rule that is not understood may decide otherwise. */
  readonly certain: boolean;
  /** The base chain in which it is dropped. */
  readonly chain: Chain | undefined;
}

/** Longest way of one packet from chain to chain; the kernel itself allows 16. */
const deepest = 16;

/**
 * Follows the first packet of a connection through all base chains of the hooks that it passes. A verdict of
 * acceptance ends only its chain, that of a drop ends everything.
 */
export function fateOf(ruleset: Ruleset, packet: Packet): Fate {
  const hooks = ['prerouting', packet.output === undefined ? 'input' : 'forward'];
  const chains = [...ruleset.chains.values()]
    .filter(
      ({ family, base }) =>
        ['ip', 'inet'].includes(family) && base?.type === 'filter' && hooks.includes(base.hook),
    )
    .sort(
      (a, b) =>
        hooks.indexOf(a.base?.hook ?? '') - hooks.indexOf(b.base?.hook ?? '') ||
        (a.base?.priority ?? 0) - (b.base?.priority ?? 0),
    );
  let certain = true;
  for (const chain of chains) {
    const walk = new Walk(ruleset, packet);
    const outcome = walk.through(chain, 0);
    const verdict = outcome === 'end' ? (chain.base?.policy ?? 'accept') : outcome;
    if (verdict === 'drop') return { verdict, certain: certain && !walk.mayAccept, chain };
    if (walk.mayDrop) certain = false;
  }
  return { verdict: 'accept', certain, chain: undefined };
}

type Outcome = 'accept' | 'drop' | 'end';

class Walk {
  readonly #ruleset: Ruleset;
  readonly #packet: Packet;
  /** Rules that cannot be told to match would accept, or drop. */
  mayAccept = false;
  mayDrop = false;

  constructor(ruleset: Ruleset, packet: Packet) {
    this.#ruleset = ruleset;
    this.#packet = packet;
  }

  through(chain: Chain, depth: number): Outcome {
    for (const statements of chain.rules) {
      const outcome = this.#rule(chain, statements, depth);
      if (outcome === 'return') return 'end';
      if (outcome !== 'next') return outcome;
    }
    return 'end';
  }

  #rule(chain: Chain, statements: readonly Statement[], depth: number): Outcome | 'next' | 'return' {
    let sure: Answer = true;
    for (const statement of statements) {
      const [kind = ''] = Object.keys(statement);
      const elements = (set: string) => this.#ruleset.sets.get(idOf(chain.family, chain.table, set));
      if (kind === 'match') {
        const answer = matches(record(statement.match), this.#packet, elements);
        if (answer === false) return 'next';
        if (answer === undefined) sure = undefined;
      } else if (kind === 'vmap') {
        const taken = this.#lookUp(record(statement.vmap));
        if (taken === undefined) return 'next';
        return this.#verdict(chain, taken.verdict, taken.sure ? sure : undefined, depth);
      } else if (verdicts.has(kind)) {
        return this.#verdict(chain, statement, sure, depth);
      } else if (!harmless.has(kind)) {
        // A limit, an extension of iptables: it may match or not.
        sure = undefined;
      }
    }
    return 'next';
  }

  #verdict(chain: Chain, statement: Statement, sure: Answer, depth: number): Outcome | 'next' | 'return' {
    const outcome = this.#outcome(chain, statement, depth);
    if (sure === true || outcome === 'next') return outcome;
    if (outcome === 'accept') this.mayAccept = true;
    if (outcome === 'drop') this.mayDrop = true;
    return 'next';
  }

  #outcome(chain: Chain, statement: Statement, depth: number): Outcome | 'next' | 'return' {
    if ('accept' in statement) return 'accept';
    if ('drop' in statement || 'reject' in statement) return 'drop';
    if ('return' in statement) return 'return';
    const target = record(statement.jump ?? statement.goto).target;
    const next = this.#ruleset.chains.get(idOf(chain.family, chain.table, String(target)));
    if (next === undefined || depth >= deepest) return 'next';
    const outcome = this.through(next, depth + 1);
    if (outcome !== 'end') return outcome;
    return 'goto' in statement ? 'return' : 'next';
  }

  /** The verdict that a map has for the packet; undefined where it has none. */
  #lookUp({ key, data }: Statement): { verdict: Statement; sure: boolean } | undefined {
    const value = fieldOf(record(key), this.#packet);
    for (const pair of list(record(data).set)) {
      const [wanted, verdict] = list(pair);
      const answer =
        value === undefined
          ? undefined
          : matches({ op: '==', left: key, right: wanted }, this.#packet, () => undefined);
      if (answer !== false) return { verdict: record(verdict), sure: answer === true };
    }
    return undefined;
  }
}

const verdicts = new Set(['accept', 'drop', 'reject', 'return', 'jump', 'goto']);
const harmless = new Set(['counter', 'log', 'comment', 'mangle', 'notrack', 'flow']);
