import { join } from 'node:path';
import type { StartOptions } from './options.ts';

export const guestName = 'uml-client';
export const guestAddress = '192.168.2.2';
export const bridgeAddress = '192.168.2.1';

/** Where everything of one start is. */
export interface Places {
  readonly keep: string;
  readonly runtime: string;
  readonly lock: string;
  /** The guest's root: made once. */
  readonly root: string;
  readonly exports: string;
  readonly cache: string;
  readonly logs: string;
  readonly daemonLog: string;
  /** As NFS-Ganesha of the daemon has it; gone with the runtime directory. */
  readonly serverLog: string;
  /** What the daemon gets as --config-dir. */
  readonly definitions: string;
  /** For a private /dev/net/tun. */
  readonly devices: string;
  readonly bus: string;
}

export function placesOf(options: StartOptions): Places {
  const { keep, runtime } = options;
  const exports = join(keep, 'export');
  const logs = join(keep, 'log');
  return {
    keep,
    runtime,
    lock: join(keep, 'lock'),
    root: join(exports, guestName),
    exports,
    cache: join(keep, 'cache'),
    logs,
    serverLog: join(runtime, 'ganesha/ganesha.log'),
    daemonLog: join(logs, 'umlnfsd.log'),
    definitions: join(runtime, 'etc'),
    devices: join(runtime, 'dev'),
    // As the daemon makes it for Address=private.
    bus: `unix:path=${join(runtime, 'bus')}`,
  };
}
