import { templateOf } from '../definition/guest-name.ts';
import type { PlanLine } from '../model/status.ts';
import type { Definitions } from './definitions.ts';

/**
 * What the plan says of guests whose newest definition is refused: nothing is done for it, and that is why.
 *
 * @param known guests there are, with a definition or without
 */
export function refusedLines(
  { problemOf, desired }: Pick<Definitions, 'problemOf' | 'desired'>,
  known: Iterable<string>,
): PlanLine[] {
  const whys = new Map([...problemOf].filter(([name]) => !name.endsWith('@')));
  const own = new Set(whys.values());
  // A fault of one instance does not keep the others from theirs, as one of the template does.
  const templates = [...problemOf].filter(([name, why]) => name.endsWith('@') && !own.has(why));
  const names = [...new Set([...known, ...desired.guests.keys()])].sort();
  for (const [template, why] of templates) {
    const instances = names.filter((name) => templateOf(name) === template);
    for (const name of instances.length > 0 ? instances : [template])
      if (!whys.has(name)) whys.set(name, why);
  }
  return [...whys]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([guest, why]) => ({ kind: 'blocked', guest, what: what(guest, desired.guests.has(guest)), why }));
}

/** @param inForce whether an older definition of it is */
function what(guest: string, inForce: boolean): string {
  if (guest.endsWith('@')) return `leave the guests of ${guest} as they are`;
  return inForce ? `leave guest ${guest} with the definition it had` : `leave guest ${guest} as it is`;
}
