import type { Host } from '../../definition/guest.ts';
import type { ServerLook } from '../../model/doctor/servers.ts';
import { UserError } from '../../model/error.ts';
import type { ServerWanted } from '../../model/server.ts';
import { connectionTo } from '../exporter/remote/connect.ts';
import { RemoteHost } from '../exporter/remote/host.ts';

/** Asks each server what the daemon would ask it. */
export function readServers(host: Host, servers: Iterable<ServerWanted>): Promise<ServerLook[]> {
  return Promise.all(
    [...servers].map(async (server) => {
      const connection = connectionTo(host, server, `doctor-${process.pid}`);
      const { id } = server;
      try {
        const { threads } = await new RemoteHost(connection, { name: id, table: 'doctor' }).look([]);
        return { id, told: { threads } };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, told: { problem: error.message, hint: error.hint } };
      } finally {
        await connection.close();
      }
    }),
  );
}
