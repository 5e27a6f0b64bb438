import type { Options } from '../cli/verb.ts';

/** umlnfsd's command line: the one table for parsing, --help and manual. */
export const daemonOptions = {
  'config-dir': {
    type: 'string',
    value: 'DIRECTORY',
    doc: 'Read umlnfs.conf and umlnfs.d of this directory, and nothing of /etc, /run and /usr/lib.',
  },
  'log-level': { type: 'string', value: 'LEVEL', doc: 'trace, debug, info, warn or error; info by default.' },
  runner: {
    type: 'string',
    value: 'RUNNER',
    doc: 'Who runs the guests: systemd, a unit each; child, the daemon itself; auto, systemd where its units are installed. auto by default.',
  },
  version: { type: 'boolean', doc: 'Show the version.' },
  help: { type: 'boolean', short: 'h', doc: 'Show help.' },
} as const satisfies Options;

/** What `umlnfsd --help` prints. */
export function daemonHelp(): string {
  const rows = Object.entries(daemonOptions as Options).map(([name, { short, value, doc }]) => {
    const long = value === undefined ? `--${name}` : `--${name}=${value}`;
    return `  ${short === undefined ? long : `-${short}, ${long}`}\n      ${doc}\n`;
  });
  return `Usage: umlnfsd [OPTION…]

Keeps diskless User Mode Linux guests running as their definitions say.

Options:
${rows.join('')}
Signals: SIGTERM and SIGINT end the daemon, after the guests have been stopped in order where it runs them itself;
SIGHUP reads the definitions again.
See umlnfsd(8).
`;
}
