import { UserError } from '../../../model/error.ts';

/**
 * What the options of an export come to in NFS-Ganesha: the part of exports(5) that it has a counterpart for. The
 * rest is left out, because
 * - fsid=: Ganesha makes its own ids from the file system and the export's number, and fsid=0 is about the kernel
 *   server's NFSv4 root; here every export has its place in the pseudo file system;
 * - async, sync, wdelay, no_wdelay: Ganesha writes as stably as the client asks for, and delays nothing;
 * - subtree_check, no_subtree_check: its file handles are checked against the export by its number;
 * - hide, nohide, crossmnt, nocrossmnt: each export is one directory tree, with the file systems below it;
 * - secure_locks, insecure_locks, auth_nlm, no_auth_nlm, acl, no_acl, nordirplus: about NFSv2 and v3, which is not
 *   served; pnfs, no_pnfs, security_label: off in its VFS back end.
 */
export interface Effect {
  readonly write: boolean;
  readonly squash: 'none' | 'root' | 'all';
  /** Unsigned 32-bit numbers. */
  readonly anonuid: number;
  readonly anongid: number;
  /** Requests must come from a port below 1024. */
  readonly privilegedPort: boolean;
  /** Sorted. */
  readonly flavours: readonly string[];
}

const nobody = 65_534;

/** Options that change where data comes from or who may read it, and that Ganesha cannot honour. */
const impossible = new Set(['xprtsec', 'refer', 'replicas']);

/**
 * The effect of options of exports(5), its defaults filled in.
 * @throws UserError for an option that it would be wrong to leave out
 */
export function effectOf(action: string, options: readonly string[]): Effect {
  let write = false;
  let squash: Effect['squash'] = 'root';
  let all = false;
  let anonuid = nobody;
  let anongid = nobody;
  let privilegedPort = true;
  let flavours = ['sys'];
  for (const option of options) {
    const [name = '', value = ''] = option.split('=', 2);
    if (impossible.has(name)) {
      throw new UserError(action, `NFS-Ganesha has nothing for the export option ${name}=`, {
        hint: 'leave it out, or use Exporter=exportfs',
      });
    }
    if (option === 'rw') write = true;
    if (option === 'ro') write = false;
    if (option === 'no_root_squash') squash = 'none';
    if (option === 'root_squash') squash = 'root';
    if (option === 'all_squash') all = true;
    if (option === 'no_all_squash') all = false;
    if (option === 'insecure') privilegedPort = false;
    if (option === 'secure') privilegedPort = true;
    if (name === 'anonuid') anonuid = Number(value) >>> 0;
    if (name === 'anongid') anongid = Number(value) >>> 0;
    if (name === 'sec') flavours = value.split(':').map((flavour) => (flavour === 'null' ? 'none' : flavour));
  }
  return {
    write,
    squash: all ? 'all' : squash,
    anonuid,
    anongid,
    privilegedPort,
    flavours: [...new Set(flavours)].sort(),
  };
}

// Bits of a client's permissions, from Ganesha's nfs_exports.h; the same in versions 4 to 6.
const bits = {
  rootId: 0x1,
  root: 0x2,
  all: 0x4,
  read: 0x20,
  write: 0x40,
  privilegedPort: 0x200,
  none: 0x1000,
  sys: 0x2000,
  krb5: 0x4000,
  krb5i: 0x8000,
  krb5p: 0x10000,
} as const;

/** The effect that the server reports for a client; undefined where it is none that {@link effectOf} can give. */
export function effectOfBits(options: number, anonuid: number, anongid: number): Effect | undefined {
  const has = (bit: number) => (options & bit) !== 0;
  if (!has(bits.read) || has(bits.rootId)) return undefined;
  const flavours = (['none', 'sys', 'krb5', 'krb5i', 'krb5p'] as const).filter((name) => has(bits[name]));
  return {
    write: has(bits.write),
    squash: has(bits.all) ? 'all' : has(bits.root) ? 'root' : 'none',
    anonuid: anonuid >>> 0,
    anongid: anongid >>> 0,
    privilegedPort: has(bits.privilegedPort),
    flavours: [...flavours].sort(),
  };
}

export function sameEffect(a: Effect, b: Effect): boolean {
  return optionsOf(a).join() === optionsOf(b).join();
}

/** Options of exports(5) that have the effect, every one of them said. */
export function optionsOf(effect: Effect): string[] {
  return [
    effect.write ? 'rw' : 'ro',
    ...(effect.squash === 'all'
      ? ['all_squash']
      : [effect.squash === 'root' ? 'root_squash' : 'no_root_squash']),
    `anonuid=${effect.anonuid}`,
    `anongid=${effect.anongid}`,
    effect.privilegedPort ? 'secure' : 'insecure',
    `sec=${effect.flavours.join(':')}`,
  ];
}
