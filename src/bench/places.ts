import { join } from 'node:path';
import type { BenchOptions } from './options.ts';

export const bridgeAddress = '192.168.2.1';

/** Where everything of one run is. */
export interface Places {
  readonly keep: string;
  readonly runtime: string;
  readonly lock: string;
  /** A Debian root as mmdebstrap made it; never booted. */
  readonly debian: string;
  /** The guests' roots, made anew by each run. */
  readonly exports: string;
  readonly cache: string;
  readonly logs: string;
  readonly daemonLog: string;
  /** What the daemon gets as --config-dir. */
  readonly definitions: string;
  /** For a private /dev/net/tun. */
  readonly devices: string;
  readonly bus: string;
  /** The directories of the daemon's guests, as the daemon lays them out … */
  readonly guests: string;
  /** … and of those that a shell starts. */
  readonly bareGuests: string;
}

export function placesOf(options: Pick<BenchOptions, 'keep' | 'runtime'>): Places {
  const { keep, runtime } = options;
  const logs = join(keep, 'log');
  return {
    keep,
    runtime,
    lock: join(keep, 'lock'),
    debian: join(keep, 'debian'),
    exports: join(keep, 'export'),
    cache: join(keep, 'cache'),
    logs,
    daemonLog: join(logs, 'umlnfsd.log'),
    definitions: join(runtime, 'etc'),
    devices: join(runtime, 'dev'),
    // As the daemon makes it for Address=private.
    bus: `unix:path=${join(runtime, 'bus')}`,
    guests: join(runtime, 'guests'),
    bareGuests: join(runtime, 'bare'),
  };
}
