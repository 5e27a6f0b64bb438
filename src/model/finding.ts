import type { Guest } from '../definition/guest.ts';
import type { Problem } from './problem.ts';

/** Something wrong with one guest, at a key of its tables (`guest.address`) or at the definition as a whole. */
export interface Finding {
  readonly key: string | undefined;
  readonly severity: 'error' | 'warning';
  /** `cannot …: …` */
  readonly message: string;
}

/** With the file and line where the key was written; without the key, the main file. */
export function problemOf(guest: Guest, finding: Finding): Problem {
  const origin = finding.key === undefined ? undefined : guest.origins?.get(finding.key);
  return {
    severity: finding.severity,
    file: origin?.file ?? guest.file,
    line: origin?.line,
    guest: guest.name,
    message: finding.message,
  };
}
