import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDebianRoot } from '../../../src/adapters/rootfs/debian.ts';
import { dependencies } from '../../support/deb.ts';
import { cached } from '../../support/test-cache.ts';

const suite = 'trixie';

/** A host as somebody might have it before umlnfs, beside what umlnfs depends on: the container has no network. */
const hostPackages: readonly string[] = [
  'systemd-sysv',
  'polkitd',
  'procps',
  'nfs-kernel-server',
  'nfs-ganesha',
  'nfs-ganesha-vfs',
  'dnsmasq-base',
  'e2fsprogs',
  'openssh-client',
  'bash-completion',
  'man-db',
];

// Here there is no kernel NFS server, and Ganesha is started by umlnfs. The rest only costs time.
const masked: readonly string[] = [
  'nfs-ganesha.service',
  'nfs-ganesha-lock.service',
  'nfs-server.service',
  'nfs-blkmap.service',
  'nfs-idmapd.service',
  'nfsdcld.service',
  'fsidd.service',
  'rpcbind.service',
  'rpcbind.socket',
  'rpc-statd.service',
  'rpc-statd-notify.service',
  'proc-fs-nfsd.mount',
  'var-lib-nfs-rpc_pipefs.mount',
  'run-rpc_pipefs.mount',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_reap.service',
  'ldconfig.service',
  'systemd-firstboot.service',
  'systemd-networkd-wait-online.service',
];

const guestPackages: readonly string[] = ['systemd-sysv', 'dbus'];

/** A Debian 13 as a host of guests, without umlnfs. It is only read. */
export async function hostTree(): Promise<string> {
  const packages = [...hostPackages, ...(await dependencies())];
  return cached('system-host', [suite, packages, masked, 'no fsync'], async (directory) => {
    await createDebianRoot(directory, { suite, packages });
    const units = join(directory, 'etc/systemd/system');
    for (const unit of masked) {
      await rm(join(units, unit), { force: true });
      await symlink('/dev/null', join(units, unit));
    }
    // What only takes time: indexing the manual after each installation, and bringing all of it to the disk.
    await rm(join(directory, 'var/lib/man-db/auto-update'), { force: true });
    await writeFile(join(directory, 'etc/dpkg/dpkg.cfg.d/umlnfs-test'), 'force-unsafe-io\n');
    await writeFile(join(directory, 'etc/hostname'), 'host\n');
    await writeFile(join(directory, 'etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 host\n');
  });
}

/** The root of a small Debian 13 guest, with a shell on its console. It is only read. */
export function guestTree(): Promise<string> {
  return cached('system-guest', [suite, guestPackages, 'autologin'], (directory) =>
    createDebianRoot(directory, { suite, packages: guestPackages, autologin: true }),
  );
}
