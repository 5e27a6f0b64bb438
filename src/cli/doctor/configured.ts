import { hostId } from '../../daemon/definitions.ts';
import { locations } from '../../daemon/locations.ts';
import { nextCatalog } from '../../definition/catalog.ts';
import { checkDefinitions } from '../../definition/check.ts';
import type { Host } from '../../definition/guest.ts';
import { desired } from '../../model/derive.ts';
import type { GuestWanted } from '../../model/desired.ts';
import type { Problem } from '../../model/problem.ts';
import type { ServerWanted } from '../../model/server.ts';
import { loadDefinitions } from '../../watch/load.ts';

/** What the definitions say of this host and its guests; the defaults where there are none. */
export interface Configured {
  readonly host: Host;
  /** Those that can be used. */
  readonly guests: readonly GuestWanted[];
  /** Other machines on which exports are made. */
  readonly servers: readonly ServerWanted[];
  /** How many there are, good and bad. */
  readonly defined: number;
  readonly problems: readonly Problem[];
}

export async function configured(configDir: string | undefined): Promise<Configured> {
  const where = locations(configDir);
  const loaded = await loadDefinitions(where.directories, where.hostFile);
  const id = await hostId();
  const { host, guests, users } = nextCatalog(undefined, loaded, id);
  const wanted = desired(host, guests.values(), id, undefined, users).desired;
  return {
    host,
    guests: [...wanted.guests.values()],
    servers: [...wanted.servers.values()].filter(({ guest }) => guest === undefined),
    defined: loaded.guests.size,
    problems: checkDefinitions(loaded, id),
  };
}
