/** A copy of this host, as by hand, but for what is its own: secrets, names, and what umlnfs keeps here. */
import { chmod, lstat, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unitMark } from '../../../model/rootfs/backing.ts';
import { runCommand } from '../../long-work/command.ts';
import { confined } from '../../long-work/confined.ts';
import type { Work } from '../../long-work/work.ts';
import { GuestRoot } from '../inside.ts';
import { decodeText } from '../lossless-text.ts';

/** Copied, where they are there; each with what is on its own file system. */
const copied = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr', 'etc', 'var', 'opt'];

/** Made anew and empty, with these permissions. */
const made: Readonly<Record<string, number>> = {
  proc: 0o555,
  sys: 0o555,
  dev: 0o755,
  run: 0o755,
  home: 0o755,
  mnt: 0o755,
  media: 0o755,
  srv: 0o755,
  root: 0o700,
  tmp: 0o1777,
};

/** Left out, relative to /: a star stands for what is in a directory. */
export const hostOnly: readonly string[] = [
  // Who may log in, and by what this host proves who it is.
  'etc/shadow*',
  'etc/gshadow*',
  'etc/ssh/ssh_host_*',
  'etc/ssl/private/*',
  'etc/krb5.keytab',
  'etc/security/opasswd',
  'var/backups/*shadow*',
  'var/backups/passwd*',
  'var/backups/group*',
  'etc/wireguard/*',
  'etc/openvpn/*',
  'etc/NetworkManager/system-connections/*',
  'etc/wpa_supplicant/*',
  'etc/wpa_supplicant.conf',
  'var/lib/iwd/*',
  'etc/ipsec.secrets',
  'etc/ipsec.d/private/*',
  'etc/swanctl/private/*',
  'etc/ppp/chap-secrets',
  'etc/ppp/pap-secrets',
  // Keys of WireGuard are in the former, passwords of wireless networks in the latter.
  'etc/systemd/network/*.netdev',
  'etc/netplan/*',
  'etc/apt/auth.conf',
  'etc/apt/auth.conf.d/*',
  'var/lib/sss/db/*',
  'var/lib/samba/private/*',
  'var/mail/*',
  'var/spool/mail/*',
  'etc/letsencrypt/*',
  'etc/sudoers.d/*',
  'var/lib/systemd/credential.secret',
  'var/lib/systemd/random-seed',
  'var/spool/cron/crontabs/*',
  // What it is called, and whom it serves.
  'etc/machine-id',
  'var/lib/dbus/machine-id',
  'etc/hostname',
  'etc/resolv.conf',
  'etc/exports',
  'etc/exports.d/*',
  'etc/umlnfs*',
  'etc/systemd/system/*.wants/umlnfs*',
  'etc/systemd/system/*.wants/nfs-server.service',
  'etc/systemd/system/*.wants/nfs-ganesha.service',
  // Caches, logs, other machines, and modules for another kernel.
  'var/cache/umlnfs*',
  'var/lib/umlnfs*',
  'var/cache/apt/*.bin',
  'var/cache/apt/archives/*.deb',
  'var/log/journal/*',
  'var/tmp/*',
  'var/crash/*',
  'var/lib/docker/*',
  'var/lib/containerd/*',
  'var/lib/containers/*',
  'var/lib/libvirt/images/*',
  'var/lib/lxc/*',
  'var/lib/machines/*',
  'usr/lib/modules/*',
  'usr/lib/firmware/*',
  'lib/modules/*',
  'lib/firmware/*',
];

const script = `set -u
tree=$1 host=$2
shift 2
{ tar --create --file=- --directory="$host" --one-file-system --numeric-owner --acls --xattrs --sort=name "$@"
  status=$?
  # 1: a file changed while it was read.
  [ "$status" -le 1 ]
} | tar --extract --file=- --directory="$tree" --numeric-owner --same-owner --preserve-permissions --acls --xattrs \\
  "--xattrs-include=*" --checkpoint=2000 "--checkpoint-action=echo=%T"
`;

/**
 * @param without directories that are not copied either: all roots, and what umlnfs keeps
 * @param host the host's root
 */
export async function fillFromHost(
  tree: string,
  without: readonly string[],
  work: Work,
  host = '/',
): Promise<void> {
  const { action, signal, progress } = work;
  progress.phase('copying this host');
  const there: string[] = [];
  for (const name of copied)
    if ((await lstat(join(host, name)).catch(() => undefined)) !== undefined) there.push(name);
  const left = [
    ...['--anchored', '--wildcards', '--no-wildcards-match-slash'],
    ...hostOnly.map((pattern) => `--exclude=${pattern}`),
    ...['--no-wildcards', '--anchored'],
    ...without.map((path) => `--exclude=${path.replace(/^\/+/, '')}`),
  ];
  const command = ['bash', '-o', 'pipefail', '-c', script, 'bash', tree, host, ...left, '--', ...there];
  const tell = (line: string) => {
    const bytes = /([\d.]+[KMGT]iB)/.exec(line)?.[1];
    if (bytes !== undefined) progress.detail(bytes);
  };
  await runCommand(confined(command), {
    action,
    signal,
    name: 'copying the host',
    onLine: tell,
    onMessage: tell,
    chatter: /^(tar: )?(Read|Write|.*(file changed as we read it|socket ignored|file is on a different))/,
  });
  for (const [name, mode] of Object.entries(made)) {
    await mkdir(join(tree, name), { recursive: true });
    await chmod(join(tree, name), mode);
  }
  await settle(tree, host);
}

async function settle(tree: string, host: string): Promise<void> {
  const root = await GuestRoot.open(tree);
  try {
    for (const file of ['shadow', 'gshadow']) {
      const from = join(host, 'etc', file);
      const text = await readFile(from).then(decodeText, () => undefined);
      if (text === undefined) continue;
      const { mode, uid, gid } = await stat(from);
      await root.writeText(`etc/${file}`, withoutPasswords(text), mode & 0o777, { ids: { uid, gid } });
    }
    // What is there is made anew, as for every copy.
    for (const name of await readdir(join(host, 'etc/ssh')).catch(() => []))
      if (/^ssh_host_[a-z0-9]+_key$/.test(name)) await root.writeText(`etc/ssh/${name}`, '', 0o600);
    const units = 'etc/systemd/system';
    for (const name of await root.names(units)) {
      if (!name.endsWith('.mount')) continue;
      const text = await root.readText(`${units}/${name}`).catch(() => undefined);
      if (text?.startsWith(unitMark) !== true) continue;
      await root.remove(`${units}/${name}`);
      await root.remove(`${units}/local-fs.target.wants/${name}`);
    }
  } finally {
    await root.close();
  }
}

/** The accounts of shadow(5), none of which has a password any more. */
export function withoutPasswords(text: string): string {
  return text.replace(/^([^:\n]+):[^:\n]*/gm, '$1:*');
}
