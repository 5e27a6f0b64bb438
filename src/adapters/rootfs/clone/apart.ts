import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { UserError } from '../../../model/error.ts';
import type { CloneWanted } from './clone.ts';

export interface ApartOptions {
  readonly signal: AbortSignal;
  /**
   * As a unit of systemd: the daemon's own has walls in which no set-user-ID file and no device can be made, and such
   * work outlives the daemon.
   */
  readonly asUnit: boolean;
}

/** How often (ms) a clone that an earlier daemon has begun is looked at. */
const lookInterval = 1_000;
/** How long (ms) one that is to end may take to clean up. */
const grace = 10_000;

/**
 * Clones a root in a process of its own, since that takes long and rights which the daemon need not have.
 * @throws UserError
 */
export async function cloneApart(
  { guest, from, directory, images }: CloneWanted & { readonly guest: string },
  { signal, asUnit }: ApartOptions,
): Promise<void> {
  const action = `clone root ${directory} from ${from}`;
  const program = [
    process.execPath,
    join(import.meta.dirname, '../../../daemon/clone-main.js'),
    from,
    directory,
    images,
  ];
  const unit = `umlnfs-root-${guest}.service`;
  const [file = '', ...args] = asUnit ? [...unitCommand(unit, guest), ...program] : program;
  const result = await execa(file, args, {
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
    forceKillAfterDelay: grace,
    env: { LC_ALL: 'C' },
  });
  if (!result.failed) return;
  const said = result.stderr.trim();
  if (asUnit && /already (loaded|exists)|has a fragment file/.test(said)) return begunBefore(unit, signal);
  const own = said.startsWith(`cannot ${action}: `) ? said.slice(`cannot ${action}: `.length) : said;
  throw new UserError(action, own === '' ? (result.shortMessage ?? 'it fails') : own);
}

function unitCommand(unit: string, guest: string): string[] {
  return [
    'systemd-run',
    ...['--quiet', '--wait', '--pipe', '--collect', `--unit=${unit}`],
    `--description=Makes the root of User Mode Linux guest ${guest}`,
    ...['--slice=umlnfs.slice', '--nice=10'],
    ...['PrivateNetwork=yes', 'IOWeight=20', 'TimeoutStopSec=20'].map((line) => `--property=${line}`),
    '--',
  ];
}

/** What became of it is seen by its root. */
async function begunBefore(unit: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { exitCode } = await execa('systemctl', ['--quiet', 'is-active', unit], { reject: false });
    if (exitCode !== 0) return;
    await delay(lookInterval, undefined, { signal });
  }
}
