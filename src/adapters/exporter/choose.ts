import type { Host } from '../../definition/guest.ts';
import { networksOf } from '../../definition/network.ts';
import { UserError } from '../../model/error.ts';
import { findProgram } from '../program.ts';
import type { Service } from '../systemd/service.ts';
import type { Exporter } from './exporter.ts';
import { ExportfsExporter } from './exportfs/exportfs.ts';
import { kernelHasNfsd } from './exportfs/nfsd.ts';
import { GaneshaExporter } from './ganesha/ganesha.ts';
import { LateExporter } from './late.ts';
import { noExporter } from './none.ts';

/** What `auto` goes by. */
export interface Installed {
  readonly nfsd: boolean;
  readonly exportfs: boolean;
  readonly ganesha: boolean;
}

/**
 * The exporter that the host file asks for. Nothing is started. Where `auto` finds no server at all, one that says
 * so, and that becomes the right one as soon as a server is installed: guests with their roots elsewhere need none.
 *
 * @param unit runs a NFS-Ganesha of our own, where systemd does
 * @param addresses the host's on the bridges as they are now; without it as `host` has them
 */
export async function chooseExporter(
  host: Host,
  unit?: Service,
  addresses: () => readonly string[] | undefined = () => undefined,
): Promise<Exporter> {
  const { runtime } = host.directories;
  const make = (kind: 'exportfs' | 'ganesha'): Exporter =>
    kind === 'exportfs'
      ? new ExportfsExporter({ runtime })
      : new GaneshaExporter({ runtime, addresses: () => addresses() ?? bridgeAddresses(host), unit });
  const kind = host.server.exporter;
  if (kind === 'none') return noExporter();
  if (kind !== 'auto') return make(kind);
  const choose = async () => {
    const installed = await whatIsInstalled();
    const choice = automatic(installed);
    return choice === undefined ? missing(installed) : make(choice);
  };
  const chosen = await choose();
  return chosen instanceof UserError ? new LateExporter(chosen, choose) : chosen;
}

function bridgeAddresses(host: Host): readonly string[] {
  return [...networksOf(host).values()].map(({ bridge }) => bridge.address.address);
}

/** The kernel's server where there is one; undefined where there is none at all. */
export function automatic(installed: Installed): 'exportfs' | 'ganesha' | undefined {
  if (installed.nfsd && installed.exportfs) return 'exportfs';
  return installed.ganesha ? 'ganesha' : undefined;
}

function missing({ nfsd }: Installed): UserError {
  return new UserError('export guest roots', 'no NFS server is installed', {
    hint: nfsd
      ? 'install the one for this kernel with: apt-get install nfs-kernel-server'
      : 'this kernel has no NFS server, so install NFS-Ganesha with: apt-get install nfs-ganesha nfs-ganesha-vfs',
  });
}

async function whatIsInstalled(): Promise<Installed> {
  const [nfsd, exportfs, ganesha] = await Promise.all([
    kernelHasNfsd(),
    findProgram('exportfs'),
    findProgram('ganesha.nfsd'),
  ]);
  return { nfsd, exportfs: exportfs !== undefined, ganesha: ganesha !== undefined };
}
