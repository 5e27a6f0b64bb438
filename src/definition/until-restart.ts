import type { Problem } from '../model/problem.ts';
import type { Host } from './guest.ts';
import { hostTable } from './host-table.ts';

/** What a daemon is built on: it cannot change under guests that run. */
const fixed = [
  ['directories', 'runtime'],
  ['directories', 'cache'],
  ['directories', 'state'],
  ['directories', 'log'],
  ['server', 'exporter'],
  ['dbus', 'address'],
] as const;

/**
 * The host as it is now for a daemon that began with `first`, and a warning for each change that has to wait for
 * its restart.
 * @param file the host file, for changes that took a key away
 */
export function untilRestart(
  first: Host,
  now: Host,
  file: string,
): { readonly host: Host; readonly problems: readonly Problem[] } {
  const { server, dbus } = first;
  const { runtime, cache, state, log } = first.directories;
  const host: Host = {
    ...now,
    server,
    dbus,
    directories: { ...now.directories, runtime, cache, state, log },
  };
  const problems = fixed
    .filter(([section, key]) => valueAt(first, section, key) !== valueAt(now, section, key))
    .map(([section, key]): Problem => {
      const { name, keys } = hostTable[section];
      const origin = now.origins?.get(`${section}.${key}`);
      const written = (keys as Readonly<Record<string, { readonly name: string }>>)[key]?.name ?? key;
      return {
        severity: 'warning',
        file: origin?.file ?? file,
        line: origin?.line,
        guest: undefined,
        message: `cannot change ${written}= of [${name}] while umlnfsd runs: it counts from the daemon's next start on`,
      };
    });
  return { host, problems };
}

function valueAt(host: Host, section: (typeof fixed)[number][0], key: string): unknown {
  return (host[section] as Readonly<Record<string, unknown>>)[key];
}
