import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { createDebianRoot } from '../../../src/adapters/rootfs/debian.ts';
import { dependencies } from '../../support/deb.ts';
import { cached, removeTree } from '../../support/test-cache.ts';

const suite = 'trixie';

/** A host as somebody might have it before umlnfs: Debian's own kernel, both NFS servers, no network. */
const hostPackages: readonly string[] = [
  'linux-image-cloud-amd64',
  'systemd-sysv',
  'udev',
  'polkitd',
  'procps',
  'zstd',
  'e2fsprogs',
  'nfs-kernel-server',
  'nfs-ganesha',
  'nfs-ganesha-vfs',
];

// Ganesha would take the port of the kernel's server, and that of its lock manager. The rest only costs time.
const masked: readonly string[] = [
  'nfs-ganesha.service',
  'nfs-ganesha-lock.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_reap.service',
  'ldconfig.service',
  'systemd-firstboot.service',
  'systemd-networkd-wait-online.service',
  'serial-getty@ttyS0.service',
  'getty@tty1.service',
];

const diskSize = '3G';

/** What QEMU starts; the files are only read. */
export interface Base {
  readonly kernel: string;
  readonly initrd: string;
  /** The file system of the machine, without a partition table. */
  readonly disk: string;
}

/** The machine without umlnfs, made once for each list of what is in it. */
export async function baseMachine(): Promise<Base> {
  const [agent = '', service = ''] = await Promise.all(
    ['agent.sh', 'agent.service'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const packages = [...hostPackages, ...(await dependencies())];
  const recipe = [suite, packages, masked, diskSize, agent, service];
  const directory = await cached('machine', recipe, (fresh) => make(fresh, packages, { agent, service }));
  return {
    kernel: join(directory, 'vmlinuz'),
    initrd: join(directory, 'initrd.img'),
    disk: join(directory, 'disk.img'),
  };
}

async function make(
  directory: string,
  packages: readonly string[],
  agent: { agent: string; service: string },
): Promise<void> {
  const tree = join(directory, 'tree');
  await mkdir(directory);
  await createDebianRoot(tree, { suite, packages });
  await furnish(tree, agent);
  for (const part of ['vmlinuz', 'initrd.img']) {
    const [file] = (await readdir(join(tree, 'boot'))).filter((one) => one.startsWith(part));
    if (file === undefined) throw new Error(`the kernel package brought no ${part}`);
    await copyFile(join(tree, 'boot', file), join(directory, part));
  }
  await makeDisk(join(directory, 'disk.img'), tree, diskSize);
  await removeTree(tree);
}

async function furnish(tree: string, { agent, service }: { agent: string; service: string }): Promise<void> {
  const units = join(tree, 'etc/systemd/system');
  await writeFile(join(tree, 'usr/local/lib/umlnfs-test-agent'), agent);
  await writeFile(join(units, 'umlnfs-test-agent.service'), service);
  await symlink(
    '../umlnfs-test-agent.service',
    join(units, 'multi-user.target.wants/umlnfs-test-agent.service'),
  );
  for (const unit of masked) {
    await rm(join(units, unit), { force: true });
    await symlink('/dev/null', join(units, unit));
  }
  await writeFile(join(tree, 'etc/hostname'), 'host\n');
  await writeFile(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 host\n');
  await writeFile(join(tree, 'etc/fstab'), '');
}

/** Makes an ext4 file system with what is below `tree`, owners included. */
export async function makeDisk(file: string, tree: string, size: string): Promise<void> {
  await execa('mke2fs', ['-q', '-t', 'ext4', '-E', 'lazy_itable_init=1', '-d', tree, file, size]);
}
