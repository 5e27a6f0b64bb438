import type { NfsMount } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';

/** NFS_MAXPATHLEN: what the kernel keeps of the whole parameter. */
const parameterLength = 1024;
/** nfs_root_options[256] holds the kernel's defaults, these options and the address it appends. */
const optionsLength =
  255 - 'vers=3,tcp,rsize=4096,wsize=4096,'.length - ',nolock,addr=255.255.255.255'.length;

export interface Mount {
  /** The directory as the exporter wants to be asked for it. */
  readonly directory: string;
  /** NFS version where the definition says none; the kernel's own default is 3 or 2 and never 4. */
  readonly defaultVersion: string;
}

/**
 * `nfsroot=SERVER:DIRECTORY,OPTIONS`, as in Documentation/admin-guide/nfs/nfsroot.rst.
 * Throws UserError where the kernel's parser would cut or misread it.
 */
export function nfsrootArgument(action: string, root: NfsMount, mount: Mount): string {
  // A comma ends the directory, and a per cent sign is a format of the kernel's snprintf.
  if (!/^\/[^,%\s\p{Cc}]*$/u.test(mount.directory)) {
    throw new UserError(
      action,
      `the kernel's nfsroot= cannot name the directory ${JSON.stringify(mount.directory)}`,
      {
        hint: "use an absolute path without ',', '%' and white space for Directory=",
      },
    );
  }
  const options = [...(root.versionGiven ? [] : [`vers=${mount.defaultVersion}`]), ...root.options];
  const text = options.join(',');
  if (Buffer.byteLength(text) > optionsLength) {
    throw new UserError(
      action,
      `the options of its root are ${Buffer.byteLength(text)} characters long (${text}), and the kernel keeps at most ${optionsLength}`,
      {
        hint: 'leave out options of [Root] that are the default',
      },
    );
  }
  const value = [`${root.server}:${mount.directory}`, ...options].join(',');
  if (Buffer.byteLength(value) > parameterLength) {
    throw new UserError(
      action,
      `nfsroot= would be ${Buffer.byteLength(value)} bytes long, and the kernel keeps at most ${parameterLength}`,
      {
        hint: 'choose a shorter Directory=',
      },
    );
  }
  return `nfsroot=${value}`;
}
