import type { Dnsmasq } from '../adapters/dnsmasq/dnsmasq.ts';
import type { Exporter } from '../adapters/exporter/exporter.ts';
import { writeHosts } from '../adapters/hosts/hosts-file.ts';
import { removeBridge } from '../adapters/ip/bridge.ts';
import { observeLinks } from '../adapters/ip/observe.ts';
import { releasePort } from '../adapters/ip/ports.ts';
import { observeRoutes, removeRoute } from '../adapters/ip/routes.ts';
import { removeTap } from '../adapters/ip/taps.ts';
import { removeTables } from '../adapters/nft/tables.ts';

/**
 * Gives back what umlnfs made on this host and would leave behind: taps, interfaces on bridges, routes, the packet
 * filter, exports, an NFS server and dnsmasq of its own, names in the hosts file, bridges.
 * For when neither guests nor the daemon run any more. What others made stays, and so do the guests' roots.
 * @returns what could not be given back, and why
 */
export async function release(exporter: Exporter, dnsmasq: Dnsmasq, hostsFile: string): Promise<unknown[]> {
  const failures: unknown[] = [];
  const attempt = (work: () => Promise<void>) => work().catch((error: unknown) => failures.push(error));

  const { bridges, taps, ports } = await observeLinks();
  for (const { name, guest } of taps.values()) if (guest !== undefined) await attempt(() => removeTap(name));
  const { exports } = await exporter.observe();
  for (const { guest, path, client } of exports)
    if (guest !== undefined) await attempt(() => exporter.remove(guest, path, client));
  for (const { name, ours } of ports.values()) if (ours) await attempt(() => releasePort(name));
  for (const route of await observeRoutes()) await attempt(() => removeRoute(route));
  await attempt(removeTables);
  await attempt(() => exporter.close({ stopServer: true }));
  await attempt(() => dnsmasq.close(true));
  await attempt(() => writeHosts(hostsFile, []));
  for (const { name, ours } of bridges.values()) if (ours) await attempt(() => removeBridge(name));
  return failures;
}
