import type { UplinksSeen } from '../../model/doctor/uplinks.ts';
import { ip } from '../ip/ip.ts';
import { observeLinks } from '../ip/observe.ts';

export async function readUplinks(): Promise<UplinksSeen> {
  const { ports } = await observeLinks();
  return { interfaces: ports, address: await addressOutwards() };
}

/** By which address those beyond know this host: that of the way to some address out there. Nothing is sent. */
async function addressOutwards(): Promise<string | undefined> {
  const { failed, stdout } = await ip('look at the way out', ['-4', '-json', 'route', 'get', '198.51.100.1']);
  if (failed) return undefined;
  const [route] = JSON.parse(stdout) as { prefsrc?: string }[];
  return route?.prefsrc;
}
