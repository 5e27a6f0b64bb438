/** Guests that are the NFS servers of others. */
import type { Candidate } from './conflicts.ts';
import type { Finding } from './finding.ts';
import { servedBy } from './guest-wanted.ts';

/** What speaks against the guest that one has its root on; empty where nothing does. */
export function serverFindings(
  { guest, wanted }: Candidate,
  candidates: ReadonlyMap<string, Candidate>,
): Finding[] {
  const { server: name } = wanted.dependencies;
  if (name === undefined || name === guest.name) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'root.serverGuest', severity: 'error', message: `cannot use ServerGuest=${name}: ${cause}` },
  ];
  const server = candidates.get(name)?.wanted;
  if (server === undefined) return refuse(`there is no guest ${name} with a definition that can be used`);
  if (server.network.address === undefined) return refuse(`guest ${name} has no Address= to mount from`);
  const { managed, host } = guest.export;
  if (managed && host === undefined && !(server.root.local && server.tailor)) {
    return refuse(
      `umlnfs does not tailor the root of guest ${name}, and has no way into it; write Host= in [Export], or Managed=no`,
    );
  }
  return [];
}

/** The guests with what they are for each other. */
export function withServers(candidates: readonly Candidate[]): Candidate[] {
  const byName = new Map(candidates.map((candidate) => [candidate.guest.name, candidate]));
  const serving = new Set(candidates.map(({ wanted }) => wanted.dependencies.server));
  return candidates.map((candidate) => {
    const { guest, wanted } = candidate;
    const address = byName.get(wanted.dependencies.server ?? '')?.wanted.network.address;
    const served = address === undefined ? wanted : servedBy(wanted, address);
    return { ...candidate, wanted: serving.has(guest.name) ? { ...served, serves: true } : served };
  });
}
