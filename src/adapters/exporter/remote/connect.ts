import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../../definition/guest.ts';
import type { ServerWanted } from '../../../model/server.ts';
import { SshConnection } from '../../ssh/connection.ts';
import { ensureKey, keyIn } from '../../ssh/key.ts';
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
export function connectionTo(host: Host, { id, destination }: ServerWanted, purpose = ''): ServerShell {
  const { runtime, state } = host.directories;
  let connection: SshConnection | undefined;
  return {
    run: async (action, script) => {
      const own = join(state, 'ssh');
      const keys = [purpose === '' ? await ensureKey(own) : keyIn(own), ...usualKeys];
      connection ??= new SshConnection({
        destination,
        options: [
          ...keys.flatMap((key) => ['-o', `IdentityFile=${key}`]),
          ...['-o', 'StrictHostKeyChecking=yes'],
        ],
        // A socket's path is short.
        socket: join(runtime, 'ssh', digest(`${id} ${purpose}`)),
      });
      return connection.run(action, script);
    },
    close: async () => connection?.close(),
  };
}

/** Sixteen digits that stand for a text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
