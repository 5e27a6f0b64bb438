import { stat } from 'node:fs/promises';
import { lacksServerKeys, serverRole } from '../adapters/exporter/remote/guest-keys.ts';
import { exportTableOf } from '../adapters/exporter/remote/host.ts';
import { GuestRoot } from '../adapters/rootfs/inside.ts';
import { tailor, tailoring } from '../adapters/rootfs/tailor.ts';
import type { Host } from '../definition/guest.ts';
import type { GuestWanted } from '../model/desired.ts';
import { letter } from '../model/disk-device.ts';
import { UserError } from '../model/error.ts';
import type { RootSeen } from '../model/observed.ts';
import type { Backing } from '../model/rootfs/backing.ts';
import type { TailoringWish } from '../model/tailoring/wanted.ts';
import type { Clones } from './clones.ts';
import { troubleBeneath } from './root-mounts.ts';

/** What a server's root has to have, and the Debian package with it. */
const serverPrograms = [
  ['usr/sbin/rpc.nfsd', 'nfs-kernel-server'],
  ['usr/sbin/sshd', 'openssh-server'],
] as const;

/**
 * @param hostId what tells this host from others
 * @param backings what all roots have beneath them
 */
export async function observeRoot(
  host: Host,
  hostId: string,
  guest: GuestWanted,
  backings: readonly Backing[],
  clones: Clones,
): Promise<RootSeen> {
  const { directory } = guest.root;
  const clone = clones.seen(directory);
  // Whatever is there of it is not to be used yet.
  if (clone.cloning) return { exists: false, tailored: false, ...clone };
  const trouble = await troubleBeneath(guest, backings);
  if (trouble !== undefined) return trouble;
  const found = await stat(directory).catch(() => undefined);
  // A directory that nobody may enter is a mount point that somebody makes just now.
  if (!found?.isDirectory() || (found.mode & 0o777) === 0)
    return { exists: false, tailored: false, ...clone };
  if (guest.serves) await checkServer(guest);
  if (!guest.tailor) return { exists: true, tailored: true };
  // Looking makes no keys: a plan may be asked for where nothing is to change.
  if (await lacksServerKeys(host, guest)) return { exists: true, tailored: false };
  const changes = await tailoring(directory, await wishFor(host, hostId, guest));
  return { exists: true, tailored: changes.length === 0 };
}

export async function tailorRoot(host: Host, hostId: string, guest: GuestWanted): Promise<void> {
  await tailor(guest.root.directory, await wishFor(host, hostId, guest));
}

async function wishFor(host: Host, hostId: string, guest: GuestWanted): Promise<TailoringWish> {
  return {
    hostname: guest.hostname,
    dns: guest.network.dns,
    server: await serverRole(host, guest),
    exportTable: exportTableOf(hostId).slice(1),
    mounts: guest.disks.flatMap(({ directory }, index) =>
      directory === undefined ? [] : [{ device: `/dev/ubd${letter(index)}`, directory }],
    ),
  };
}

async function checkServer({ name, root }: GuestWanted): Promise<void> {
  const inside = await GuestRoot.open(root.directory);
  try {
    const missing: string[] = [];
    for (const [program, debian] of serverPrograms) if (!(await inside.isFile(program))) missing.push(debian);
    if (missing.length === 0) return;
    throw new UserError(
      `start guest ${name}`,
      `it is the NFS server of other guests, and its root has no ${missing.join(' and no ')}`,
      {
        hint: `make such a root with: umlnfs rootfs create ${name} --include=${serverPrograms.map(([, debian]) => debian).join(',')}`,
      },
    );
  } finally {
    await inside.close();
  }
}
