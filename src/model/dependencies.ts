/** What guests say of each other: it has to lead to guests that there are, and not round in a circle. */
import type { Guest } from '../definition/guest.ts';
import type { Candidate } from './conflicts.ts';
import type { GuestWanted } from './desired.ts';
import { type Finding, problemOf } from './finding.ts';
import type { Problem } from './problem.ts';
import { serverFindings } from './server-rules.ts';

/** One guest starts after another, because of a key. */
interface Edge {
  readonly from: Candidate;
  readonly to: string;
  readonly key: string;
}

function edgesOf(candidate: Candidate): Edge[] {
  const { after, server } = candidate.wanted.dependencies;
  const written = candidate.guest.guest.after;
  return after.map((to) => {
    const key = to === server && !written.includes(to) ? 'root.serverGuest' : 'guest.after';
    return { from: candidate, to, key };
  });
}

/**
 * Those whose dependencies can be met. A circle is the fault of those in it that are new, and of all where that is
 * nobody.
 *
 * @param all every guest of the definitions, also those that are refused for something else
 * @param accepted names of guests that are in force as they are
 */
export function withDependencies(
  candidates: readonly Candidate[],
  all: ReadonlySet<string>,
  accepted: ReadonlySet<string>,
): { kept: Candidate[]; problems: Problem[] } {
  let kept = [...candidates];
  const problems: Problem[] = [];
  for (;;) {
    const refused = new Set<string>();
    const refuse = ({ guest }: Candidate, finding: Finding) => {
      refused.add(guest.name);
      problems.push(problemOf(guest, finding));
    };
    const byName = new Map(kept.map((candidate) => [candidate.guest.name, candidate]));
    const names = new Set(byName.keys());
    for (const candidate of kept) {
      const findings = [...missing(candidate, names), ...serverFindings(candidate, byName)];
      for (const finding of findings) refuse(candidate, finding);
    }
    if (refused.size === 0) {
      const circle = findCircle(kept);
      const guilty = circle.filter(({ from }) => !accepted.has(from.guest.name));
      for (const edge of guilty.length === 0 ? circle : guilty) refuse(edge.from, circular(edge, circle));
    }
    if (refused.size === 0) break;
    kept = kept.filter(({ guest }) => !refused.has(guest.name));
  }
  return { kept, problems: [...problems, ...kept.flatMap((candidate) => warnings(candidate, all))] };
}

function missing({ guest, wanted }: Candidate, names: ReadonlySet<string>): Finding[] {
  return wanted.dependencies.requires.flatMap((name): Finding[] => {
    if (name === guest.name) {
      const message = `cannot use Requires=${name}: that is the guest itself`;
      return [{ key: 'guest.requires', severity: 'error', message }];
    }
    if (names.has(name)) return [];
    const message = `cannot use Requires=${name}: there is no guest ${name} with a definition that can be used; write one, or Wants= where it may be missing`;
    return [{ key: 'guest.requires', severity: 'error', message }];
  });
}

function warnings({ guest, wanted }: Candidate, all: ReadonlySet<string>): Problem[] {
  const { after, wants } = wanted.dependencies;
  const warn = (key: string, message: string) =>
    problemOf(guest, {
      key,
      severity: 'warning',
      message: `${message}: there is no definition of it that can be used`,
    });
  return [
    ...after
      .filter((name) => !all.has(name))
      .map((name) => warn('guest.after', `cannot wait for guest ${name}`)),
    ...wants
      .filter((name) => !all.has(name))
      .map((name) => warn('guest.wants', `cannot start guest ${name} too`)),
  ];
}

/** The edges of one circle, in order; empty where there is none. */
function findCircle(candidates: readonly Candidate[]): readonly Edge[] {
  const edges = new Map(candidates.map((candidate) => [candidate.guest.name, edgesOf(candidate)]));
  const done = new Set<string>();
  const way: Edge[] = [];
  // As deep as guests wait for each other, which is not bounded by much: no recursion.
  for (const start of edges.keys()) {
    const open = [(edges.get(start) ?? [])[Symbol.iterator]()];
    const path = [start];
    way.length = 0;
    while (open.length > 0) {
      const next = open.at(-1)?.next();
      if (next === undefined || next.done) {
        done.add(path.pop() ?? '');
        open.pop();
        way.pop();
        continue;
      }
      const edge: Edge = next.value;
      const at = path.indexOf(edge.to);
      if (at >= 0) return [...way.slice(at), edge];
      if (done.has(edge.to) || !edges.has(edge.to)) continue;
      path.push(edge.to);
      way.push(edge);
      open.push((edges.get(edge.to) ?? [])[Symbol.iterator]());
    }
  }
  return [];
}

function circular(edge: Edge, circle: readonly Edge[]): Finding {
  const { key } = edge;
  if (circle.length === 1) {
    return {
      key,
      severity: 'error',
      message: `cannot use ${nameOf(key)}=${edge.to}: that is the guest itself`,
    };
  }
  const first = circle.indexOf(edge);
  const told = [...circle.slice(first), ...circle.slice(0, first)].map(
    ({ from, to, key: why }) => `${from.guest.name} waits for ${to} (${placeOf(from.guest, why)})`,
  );
  const message = `cannot use ${nameOf(key)}=${edge.to}: the guests wait for each other in a circle, so that none could start: ${told.join(', ')}; take one of these out`;
  return { key, severity: 'error', message };
}

function nameOf(key: string): string {
  return key === 'guest.after' ? 'After' : 'ServerGuest';
}

function placeOf(guest: Guest, key: string): string {
  const origin = guest.origins?.get(key);
  return origin === undefined ? guest.file : `${origin.file}:${origin.line}`;
}

/** The guests that are started whenever `name` is, itself left out. */
export function pulledBy(name: string, guests: ReadonlyMap<string, GuestWanted>): ReadonlySet<string> {
  const pulled = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { wants = [], requires = [] } = guests.get(next)?.dependencies ?? {};
    for (const each of [...wants, ...requires]) {
      if (pulled.has(each) || !guests.has(each)) continue;
      pulled.add(each);
      open.push(each);
    }
  }
  pulled.delete(name);
  return pulled;
}

/** The guests, with Autostart= also for those that others need that have it. */
export function withPulled(guests: ReadonlyMap<string, GuestWanted>): Map<string, GuestWanted> {
  const pulled = new Set<string>();
  for (const { name, autostart } of guests.values()) {
    if (autostart) for (const each of pulledBy(name, guests)) pulled.add(each);
  }
  return new Map(
    [...guests].map(([name, wanted]) => [name, pulled.has(name) ? { ...wanted, autostart: true } : wanted]),
  );
}
