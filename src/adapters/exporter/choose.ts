import type { Host } from '../../definition/guest.ts';
import type { Exporter } from './exporter.ts';
import { GaneshaExporter } from './ganesha/ganesha.ts';

/** The exporter that the host file asks for. */
export async function chooseExporter(host: Host): Promise<Exporter> {
  return new GaneshaExporter({
    runtime: host.directories.runtime,
    address: host.bridge.address.address,
  });
}
