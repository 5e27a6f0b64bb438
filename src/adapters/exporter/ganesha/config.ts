import { UserError } from '../../../model/error.ts';
import type { Effect } from './effect.ts';

export interface ServerSettings {
  /** The only address it listens on; must exist. */
  readonly address: string;
  readonly port: number;
  /** Where it keeps who its clients are, over its restarts. */
  readonly recoveryDirectory: string;
  readonly credentialsDirectory: string;
  /** Export files to begin with. */
  readonly exports: readonly string[];
}

export interface ExportBlock {
  readonly id: number;
  readonly path: string;
  readonly pseudo: string;
  readonly tag: string;
  readonly clients: readonly { readonly client: string; readonly effect: Effect }[];
}

/** Seconds after which a silent client has lost its state. */
export const leaseSeconds = 10;

/** The configuration of a server of our own, as ganesha-config(8) has it. */
export function serverConfig(settings: ServerSettings): string {
  const { address, port, recoveryDirectory, credentialsDirectory, exports } = settings;
  return `# Written by umlnfs at every start of this server; changes are lost.
NFS_CORE_PARAM {
  # Version 4 alone: version 3 would need rpcbind, mountd and statd beside it.
  Protocols = 4;
  NFS_Port = ${port};
  # It takes an IPv4 address for its IPv6 socket, and so for all addresses, where no interface has an IPv6 address.
  # Whatever it listens on, only its clients get anything.
  Bind_addr = ${address};
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = false;
  # No signal every second that nobody listens to.
  heartbeat_freq = 0;
  # From version 6 on it wants CAP_SYS_RESOURCE, which containers seldom have; older ones warn of the unknown key.
  Allow_Set_Io_Flusher_Fail = true;
}
NFSV4 {
  # Names of users mean nothing to a guest's kernel: root's setuid programs would belong to nobody.
  Only_Numeric_Owners = true;
  # After a crash the guests go on as soon as they have taken their locks back, and wait for one another no longer
  # than this.
  Grace_Period = ${leaseSeconds};
  Lease_Lifetime = ${leaseSeconds};
  RecoveryBackend = fs;
  RecoveryRoot = ${quoted(recoveryDirectory)};
}
NFS_KRB5 {
  Active_krb5 = false;
  CCacheDir = ${quoted(credentialsDirectory)};
}
${exports.map((file) => `%include ${quoted(file)}\n`).join('')}`;
}

/** One EXPORT block, as ganesha-export-config(8) has it. */
export function exportConfig(block: ExportBlock): string {
  const clients = block.clients.map(({ client, effect }) => clientConfig(client, effect));
  return `EXPORT {
  Export_Id = ${block.id};
  Path = ${quoted(block.path)};
  Pseudo = ${quoted(block.pseudo)};
  Tag = ${quoted(block.tag)};
  Protocols = 4;
  Transports = TCP;
  # Whoever is no client of it gets nothing.
  Access_Type = None;
  # Seconds: what is changed on the host must be seen by a guest that starts right after it.
  Attr_Expiration_Time = 1;
  FSAL { Name = VFS; }
${clients.join('')}}
`;
}

const squashes = { none: 'No_Root_Squash', root: 'Root_Squash', all: 'All_Squash' } as const;

function clientConfig(client: string, effect: Effect): string {
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(client)) {
    throw new UserError(`export to ${client}`, 'it is neither an IPv4 address nor a network');
  }
  if (!effect.flavours.every((flavour) => /^(none|sys|krb5[ip]?)$/.test(flavour))) {
    throw new UserError(
      `export to ${client}`,
      `NFS-Ganesha does not know the security ${effect.flavours.join(':')}`,
    );
  }
  return `  CLIENT {
    Clients = ${client};
    Access_Type = ${effect.write ? 'RW' : 'RO'};
    Squash = ${squashes[effect.squash]};
    Anonymous_uid = ${effect.anonuid};
    Anonymous_gid = ${effect.anongid};
    PrivilegedPort = ${effect.privilegedPort};
    SecType = ${effect.flavours.join(', ')};
    Protocols = 4;
    Transports = TCP;
  }
`;
}

/**
 * A string in Ganesha's configuration. Within double quotes its reader takes backslashes for escapes and ends at the
 * next quote; rather than lean on that, such characters are refused, as definitions cannot hold them anyway.
 */
export function quoted(text: string): string {
  if (/["'\\\p{Cc}]/u.test(text)) {
    throw new UserError(
      'write the configuration of NFS-Ganesha',
      `${JSON.stringify(text)} cannot be said in it`,
      {
        hint: 'use a path without quotes, backslashes and control characters',
      },
    );
  }
  return `"${text}"`;
}
