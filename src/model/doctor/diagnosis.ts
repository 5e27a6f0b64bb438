/** What umlnfs doctor found out about one thing of the host. */
export type Level = 'ok' | 'warning' | 'failure';

export interface Diagnosis {
  /** What was looked at: `NFS server`. */
  readonly item: string;
  readonly level: Level;
  /** A clause, without a full stop. */
  readonly text: string;
  /** The command that mends it, or what to do. */
  readonly mend?: string;
}

export function ok(item: string, text: string): Diagnosis {
  return { item, level: 'ok', text };
}

/** Something does not work, or not always. */
export function warning(item: string, text: string, mend: string): Diagnosis {
  return { item, level: 'warning', text, mend };
}

/** Guests do not run, or are not safe. */
export function failure(item: string, text: string, mend: string): Diagnosis {
  return { item, level: 'failure', text, mend };
}

/** The worst of them; `ok` where there is none. */
export function worst(all: readonly Diagnosis[]): Level {
  const levels = new Set(all.map(({ level }) => level));
  if (levels.has('failure')) return 'failure';
  return levels.has('warning') ? 'warning' : 'ok';
}
