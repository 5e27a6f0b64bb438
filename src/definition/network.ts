import type { Host } from './guest.ts';
import type { HostSettings } from './host-table.ts';
import type { Origin } from './source.ts';

/** A network of guests: a bridge on this host, complete. */
export interface Network {
  readonly name: string;
  /** Where it is defined; undefined for a host without a host file. */
  readonly file: string | undefined;
  readonly bridge: HostSettings['bridge'];
  /** Where its keys were written, by key of the table: `address`. */
  readonly written: ReadonlyMap<string, Origin>;
}

/** The network of the host file, and of guests that name none. */
export const DEFAULT_NETWORK = 'default';

/** All networks of the host by name, the default one first. */
export function networksOf(host: Host): ReadonlyMap<string, Network> {
  return new Map([[DEFAULT_NETWORK, defaultNetwork(host)], ...(host.networks ?? [])]);
}

function defaultNetwork({ bridge, file, origins }: Host): Network {
  const written = new Map<string, Origin>();
  for (const [id, origin] of origins ?? []) {
    if (id.startsWith('bridge.')) written.set(id.slice('bridge.'.length), origin);
  }
  return { name: DEFAULT_NETWORK, file, bridge, written };
}
