import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** Check the guest's root from inside, stop, and say it all in one line of JSON. */
  readonly once: boolean;
  /** What is kept for the next start: the guest's root, initramfs images, logs. */
  readonly keep: string;
  /** Sockets and definitions; gone at the end. Short, because paths of sockets are. */
  readonly runtime: string;
}

export const usage = `Usage: npm start [-- --once]

Makes a Debian root, boots it as a diskless User Mode Linux guest from NFS in a network namespace of its own,
and runs until Ctrl-C. Nothing of this machine is changed.

  --once   check from inside the guest that its root is on NFS, stop, and print one line of JSON
  --help   print this and exit

Environment: UMLNFS_START_DIR, the directory that keeps the guest's root for the next start
(default /var/cache/umlnfs-start).
`;

const keepByDefault = '/var/cache/umlnfs-start';
const runtimeByDefault = '/run/umlnfs-start';

/**
 * @returns 'help' where help was asked for
 * @throws an error with a code ERR_PARSE_ARGS_… for anything unknown
 */
export function parseStart(argv: readonly string[], directory: string | undefined): StartOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (directory === undefined || directory === '') {
    return { once: values.once, keep: keepByDefault, runtime: runtimeByDefault };
  }
  const keep = resolve(directory);
  const digest = createHash('sha256').update(keep).digest('hex').slice(0, 8);
  return { once: values.once, keep, runtime: `${runtimeByDefault}-${digest}` };
}
