/** What can be said of a guest of whose definition only a part can be read, so that all mistakes come at once. */
import type { Guest, Host } from '../definition/guest.ts';
import { networksOf } from '../definition/network.ts';
import { problemOf } from './finding.ts';
import { guestFindings } from './guest-rules.ts';
import { guestWanted } from './guest-wanted.ts';
import type { Problem } from './problem.ts';

/** Keys that are right or wrong by themselves. What is wrong with others may come from what could not be read. */
const byThemselves: ReadonlySet<string> = new Set([
  'guest.address',
  'guest.arguments',
  'guest.memory',
  'guest.startTimeout',
  'root.rsize',
  'root.wsize',
]);

/**
 * @param guest with defaults in the place of what could not be read
 * @param failed the keys (`section.key`) of that, whose own problems are told already
 */
export function partialProblems(
  host: Host,
  guest: Guest,
  failed: ReadonlySet<string>,
  hostId: string,
): Problem[] {
  const network = networksOf(host).get(guest.network.bridge);
  if (network === undefined) return [];
  const wanted = guestWanted(host, network, guest, guest.guest.address, hostId);
  return guestFindings(host, network, guest, wanted)
    .filter(({ key }) => {
      if (key === undefined || !byThemselves.has(key) || failed.has(key)) return false;
      // Inside which network it has to be is not known then.
      return key !== 'guest.address' || !failed.has('network.bridge');
    })
    .map((finding) => problemOf(guest, finding));
}
