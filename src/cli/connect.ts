import { type Client, connectClient } from '../adapters/dbus/client.ts';
import type { Invocation } from './verb.ts';

/** The daemon at --bus=, else at UMLNFS_BUS, else where it is found. The caller closes it. */
export function connect(invocation: Invocation): Promise<Client> {
  const given = invocation.value('bus') ?? process.env.UMLNFS_BUS;
  return connectClient({ address: given === '' ? undefined : given });
}
