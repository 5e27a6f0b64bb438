import { desired } from '../model/derive.ts';
import type { Problem } from '../model/problem.ts';
import { nextCatalog } from './catalog.ts';
import type { Loaded } from './source.ts';
import { collapse } from './template/collapse.ts';

/**
 * Everything that is wrong with the definitions as they lie there, by file and line; empty when they can be used.
 *
 * @param hostId as for desired()
 * @param before definitions that are in force already: what is new gives way to what they claim
 */
export function checkDefinitions(loaded: Loaded, hostId = '', before?: Loaded): Problem[] {
  const inForce = before === undefined ? undefined : nextCatalog(undefined, before, hostId);
  const catalog = nextCatalog(inForce, loaded, hostId);
  const { host, guests, users, kept } = catalog;
  const together = desired(host, guests.values(), hostId, undefined, users, kept);
  return collapse([...catalog.problems, ...together.problems]).sort(byPlace);
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}
