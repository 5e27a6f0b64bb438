import { type Client, connectClient } from '../adapters/dbus/client.ts';
import { privateBusAddress } from '../adapters/dbus/private-address.ts';
import { locations } from '../daemon/locations.ts';
import { defaultHost, parseHost } from '../definition/parse-host.ts';
import { readSource } from '../watch/read-source.ts';
import type { Invocation } from './verb.ts';

/** The daemon at --bus=, else at UMLNFS_BUS, else where the host file puts it. The caller closes it. */
export async function connect(invocation: Invocation): Promise<Client> {
  const given = invocation.value('bus') ?? process.env.UMLNFS_BUS;
  if (given !== undefined && given !== '') return connectClient({ address: given });
  const { dbus, directories } = await host();
  const fallback = privateBusAddress(directories.runtime);
  return connectClient({ address: dbus.address === 'private' ? fallback : dbus.address, fallback });
}

/** What can be read of the host file; whoever may not read it, and its mistakes, are no reason not to look. */
async function host() {
  const { hostFile } = locations(undefined);
  const read = await readSource(hostFile);
  return (read.kind === 'text' ? parseHost({ path: hostFile, text: read.text }) : defaultHost()).host;
}
