import { type Diagnosis, failure, ok } from './diagnosis.ts';

const item = 'safety of roots';

/** A directory with roots in it, or one root. */
export interface RootPlace {
  readonly path: string;
  /** Whether users of the host can get there: every directory on the way lets others pass. */
  readonly reachable: boolean;
  /** Of the mount it is on. */
  readonly options: readonly string[];
}

/**
 * Root in a guest is root in its files: it can make set-user-ID programs and device nodes. Users of the host who could
 * get at them would be root too.
 */
export function judgeExportSafety(places: readonly RootPlace[]): Diagnosis[] {
  return places.map(({ path, reachable, options }) => {
    const lacking = ['nosuid', 'nodev'].filter((option) => !options.includes(option));
    if (lacking.length === 0) return ok(item, `${path} is mounted nosuid,nodev`);
    if (!reachable) return ok(item, `only root gets into ${path}`);
    return failure(
      item,
      `users of this host get into ${path}, where guests can make set-user-ID programs and device nodes`,
      `chmod 700 ${path}`,
    );
  });
}
