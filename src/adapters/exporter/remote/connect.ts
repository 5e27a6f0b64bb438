import { join } from 'node:path';
import type { Host } from '../../../definition/guest.ts';
import type { ServerWanted } from '../../../model/server.ts';
import { SshConnection } from '../../ssh/connection.ts';
import { ensureKey, keyIn } from '../../ssh/key.ts';
import { digest } from './digest.ts';
import { guestOptions } from './guest-keys.ts';
import type { RemoteShell } from './host.ts';

/** Keys of root's own that are tried as ssh would; naming one of ours would end that. */
const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `~/.ssh/${name}`);

export interface ServerShell extends RemoteShell {
  close(): Promise<void>;
}

/**
 * The way to a server, opened when it is used.
 * @param purpose connections of different purposes are different ones; that of the daemon has none, and makes the key
 */
export function connectionTo(host: Host, server: ServerWanted, purpose = ''): ServerShell {
  let connection: SshConnection | undefined;
  return {
    run: async (action, script) => {
      connection ??= new SshConnection({
        destination: server.destination,
        options: server.tailored
          ? await guestOptions(host, server.guest ?? '')
          : await usualOptions(host, purpose === ''),
        // A socket's path is short.
        socket: join(host.directories.runtime, 'ssh', digest(`${server.id} ${purpose}`)),
      });
      return connection.run(action, script);
    },
    close: async () => connection?.close(),
  };
}

async function usualOptions(host: Host, make: boolean): Promise<readonly string[]> {
  const own = join(host.directories.state, 'ssh');
  const keys = [make ? await ensureKey(own) : keyIn(own), ...usualKeys];
  return [...keys.map((key) => `IdentityFile=${key}`), 'StrictHostKeyChecking=yes'].flatMap((option) => [
    '-o',
    option,
  ]);
}
