import type { Candidate } from './conflicts.ts';
import { problemOf } from './finding.ts';
import type { Problem } from './problem.ts';

/** Guests whose root is on another guest that they are kept apart from. */
export function isolatedServers(candidates: readonly Candidate[]): Problem[] {
  const byName = new Map(candidates.map((candidate) => [candidate.guest.name, candidate]));
  return candidates.flatMap((candidate) => {
    const { guest } = candidate;
    const name = guest.root.serverGuest;
    const server = name === undefined ? undefined : byName.get(name);
    if (server === undefined || !isIsolated(candidate) || !isIsolated(server)) return [];
    const message = `cannot reach ServerGuest=${name}: the two are isolated from each other; write Isolate=no in [Network] of ${name}`;
    return [problemOf(guest, { key: 'root.serverGuest', severity: 'warning', message })];
  });
}

function isIsolated({ guest, network }: Candidate): boolean {
  return guest.network.isolate ?? network.bridge.isolate;
}
