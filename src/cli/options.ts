import type { Invocation, Options } from './verb.ts';
import { UsageError } from './verb.ts';

export const busOption = {
  bus: {
    type: 'string',
    value: 'ADDRESS',
    doc: 'Where the daemon is: system, or a D-Bus address. Without it the environment variable UMLNFS_BUS, else what the host file says ([DBus] of umlnfs.conf); where that says nothing, the system bus if the daemon is there, else its private bus, /run/umlnfs/bus.',
  },
} as const satisfies Options;

export const jsonOption = {
  json: { type: 'boolean', doc: 'Print JSON, for programs.' },
} as const satisfies Options;

export const waitOptions = {
  'no-wait': { type: 'boolean', doc: 'Return when the daemon has taken the wish.' },
  timeout: {
    type: 'string',
    value: 'SECONDS',
    doc: 'Wait no longer than this; what was asked for goes on. Without it the limits of the definition hold (StartTimeoutSec=, StopTimeoutSec=).',
  },
} as const satisfies Options;

export const configOption = {
  'config-dir': {
    type: 'string',
    value: 'DIRECTORY',
    doc: 'Read umlnfs.conf and umlnfs.d of this directory, and nothing of /etc, /run and /usr/lib.',
  },
} as const satisfies Options;

/** For the command line as a whole. */
export const globalOptions = {
  help: { type: 'boolean', short: 'h', doc: 'Show help, for all or for one verb.' },
  version: { type: 'boolean', doc: 'Show the version.' },
} as const satisfies Options;

/** A timer of more milliseconds than 31 bits hold would go off at once. */
const mostSeconds = 2_147_483;

/** A positive number of seconds as milliseconds; undefined without the option. */
export function secondsOption(invocation: Invocation, name: string): number | undefined {
  const text = invocation.value(name);
  if (text === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0 && seconds <= mostSeconds)) {
    throw new UsageError(
      `--${name}=${text}: it takes a number of seconds greater than 0, and ${mostSeconds} at most`,
    );
  }
  return seconds * 1000;
}
