/** Gives back what umlnfs made on this host: run before the package is removed, when nothing of it runs any more. */
import { Dnsmasq } from '../adapters/dnsmasq/dnsmasq.ts';
import { chooseExporter } from '../adapters/exporter/choose.ts';
import type { Host } from '../definition/guest.ts';
import { defaultHost } from '../definition/parse-host.ts';
import { messageOf } from '../model/error.ts';
import { DefinitionStore, hostId } from './definitions.ts';
import { locations } from './locations.ts';
import { release } from './release.ts';

/** A host file with errors is no reason to leave things behind. */
async function host(): Promise<Host> {
  try {
    return (await new DefinitionStore(locations(undefined), await hostId()).read()).host;
  } catch {
    return defaultHost().host;
  }
}

const where = await host();
const failures = await release(
  await chooseExporter(where),
  new Dnsmasq(where.directories.runtime),
  locations(undefined).hosts,
);
for (const failure of failures) process.stderr.write(`umlnfs: ${messageOf(failure)}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
