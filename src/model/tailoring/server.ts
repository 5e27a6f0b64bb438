/**
 * What a root gets whose guest is the NFS server of others: a way in for umlnfs, which exports there as on any other
 * machine, and a short time of grace. All of it lies beside the root's own sshd and NFS configuration.
 */
import type { Wanted } from './wanted.ts';

export interface ServerRole {
  /** The guest's own address: nothing is listened to elsewhere. */
  readonly address: string;
  /** This host's, from where umlnfs comes. */
  readonly from: string;
  /** umlnfs's public key, a line. */
  readonly key: string;
  /** The private host key, as ssh-keygen writes it. */
  readonly hostKey: string;
}

const base = 'usr/local/lib/umlnfs';
const units = 'usr/local/lib/systemd/system';

/** Starts umlnfs's own sshd in a server guest. */
export const serverLink = {
  kind: 'link',
  path: `${units}/multi-user.target.wants/umlnfs-sshd.service`,
  target: '../umlnfs-sshd.service',
} as const;

/** Has the disks mounted that a definition names. */
export const disksLink = {
  kind: 'link',
  path: `${units}/local-fs.target.wants/umlnfs-disks.service`,
  target: '../umlnfs-disks.service',
} as const;

/** The port of umlnfs's own sshd in a server guest. */
export const serverPort = 2050;

const mark = '# made by umlnfs: it writes this file again.\n';

export function serverFiles(role: ServerRole): Wanted[] {
  const config = `${mark}Port ${serverPort}
ListenAddress ${role.address}
HostKey /${base}/ssh_host_key
AuthorizedKeysFile /${base}/authorized_keys
AllowUsers root
PermitRootLogin prohibit-password
AuthenticationMethods publickey
UsePAM no
DisableForwarding yes
PrintMotd no
PidFile none
LogLevel ERROR
MaxSessions 20
`;
  const unit = `${mark}[Unit]
Description=umlnfs's way in, to export directories
After=network.target
# The guest is ready when it can be reached.
Before=multi-user.target

[Service]
Type=notify
# Shared with the root's own sshd.
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
ExecStart=/usr/sbin/sshd -D -f /${base}/sshd_config
KillMode=process
Restart=on-failure
RestartSec=1
`;
  // Clients that were there before a restart wait for as long.
  const nfs = `${mark}[nfsd]\ngrace-time=10\nlease-time=10\n`;
  return [
    secret(`${base}/ssh_host_key`, role.hostKey),
    secret(`${base}/authorized_keys`, `${mark}restrict,from="${role.from}" ${role.key}\n`),
    file(`${base}/sshd_config`, config),
    file(`${units}/umlnfs-sshd.service`, unit),
    serverLink,
    file('etc/nfs.conf.d/umlnfs.conf', nfs),
  ];
}

/**
 * For a root that was a server: no way in is left, and nothing exported. The host key has no place for a mark, and does
 * nothing.
 */
export function noServerFiles(exportTable: string): Wanted[] {
  const files = [
    exportTable,
    `${base}/authorized_keys`,
    `${base}/sshd_config`,
    `${units}/umlnfs-sshd.service`,
    'etc/nfs.conf.d/umlnfs.conf',
  ];
  // The link tells that there is something to do, and so it goes last.
  return [...files.map((path): Wanted => ({ kind: 'gone', path })), { ...serverLink, kind: 'gone' }];
}

export interface DiskMount {
  /** `/dev/ubda` and so on. */
  readonly device: string;
  readonly directory: string;
}

/**
 * Mounts disks where the definition says so. A service, since mount units wait for udev to tell of the device, which
 * such a root boots without.
 */
export function diskFiles(mounts: readonly DiskMount[]): Wanted[] {
  const lines = mounts.map(
    ({ device, directory }) =>
      `ExecStart=/bin/sh -c 'mkdir -p ${directory} && { mountpoint -q ${directory} || mount -o noatime ${device} ${directory}; }'\n`,
  );
  const unit = `${mark}[Unit]
Description=Disks that the definition of this guest names
DefaultDependencies=no
After=systemd-remount-fs.service
Before=local-fs.target umount.target nfs-server.service
Conflicts=umount.target

[Service]
Type=oneshot
RemainAfterExit=yes
${lines.join('')}`;
  return [file(`${units}/umlnfs-disks.service`, unit), disksLink];
}

export const noDiskFiles: readonly Wanted[] = [
  { kind: 'gone', path: `${units}/umlnfs-disks.service` },
  { ...disksLink, kind: 'gone' },
];

function file(path: string, text: string): Wanted {
  return { kind: 'file', path, text, mode: 0o644, owner: 'kept' };
}

function secret(path: string, text: string): Wanted {
  return { kind: 'file', path, text, mode: 0o600, owner: 'umlnfs' };
}
