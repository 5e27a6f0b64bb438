/**
 * What a root has beneath its directory where that is a mount point: a file system of its own in an image, or an
 * overlay over another root. All of it is in a directory of its own among the images.
 */
import { createHash } from 'node:crypto';

export type Backing = {
  /** The root's directory, where it is mounted. */
  readonly root: string;
  /** Holds `image`, or `upper` and `work`, and links to `root` and `base`. */
  readonly directory: string;
} & ({ readonly kind: 'image' } | { readonly kind: 'overlay'; readonly base: string });

/** The directory among the images for a root: by its path, and to be recognised by people. */
export function backingName(root: string): string {
  const name = root.slice(root.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]/g, '_');
  return `${name.slice(0, 64)}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
}

/** The directory of all of them. @param state State= of [Directories] */
export function imagesIn(state: string): string {
  return `${state}/images`;
}

export interface MountOf {
  readonly what: string;
  readonly type: 'ext4' | 'overlay';
  readonly options: readonly string[];
}

/**
 * How it is mounted. What root in the guest makes, users of the host cannot make use of.
 * @param trusted while the root is made, when it holds nothing of a guest: the programs that make it need devices
 */
export function mountOf(backing: Backing, trusted = false): MountOf {
  const walls = trusted ? [] : ['nosuid', 'nodev'];
  if (backing.kind === 'image')
    return {
      what: `${backing.directory}/image`,
      type: 'ext4',
      // What the guest removes is given back to the host.
      options: ['loop', ...walls, 'discard'],
    };
  const { base, directory } = backing;
  const layers = [`lowerdir=${base}`, `upperdir=${directory}/upper`, `workdir=${directory}/work`];
  // Without these two an NFS server has no lasting handles for its files.
  return { what: 'overlay', type: 'overlay', options: [...layers, 'index=on', 'nfs_export=on', ...walls] };
}

/** Whether overlayfs takes the path as an option as it is. */
export function fitsOverlay(path: string): boolean {
  return /^[A-Za-z0-9/._+@=~-]+$/.test(path);
}

export const unitMark = '# Written by umlnfs for the root';

/** The unit by which systemd mounts it at boot, before anybody exports or uses it. @param point the root, without links */
export function mountUnit(backing: Backing, point: string = backing.root): string {
  const { what, type, options } = mountOf(backing);
  const needs = [backing.directory, ...(backing.kind === 'overlay' ? [backing.base] : [])];
  return `${unitMark} ${backing.root}; umlnfs rootfs remove removes it.
[Unit]
Description=Root ${backing.root} of a User Mode Linux guest
Documentation=man:umlnfs(1)
RequiresMountsFor=${needs.map(unspecified).join(' ')}
Before=nfs-server.service nfs-ganesha.service umlnfs-ganesha.service umlnfsd.service

[Mount]
What=${unspecified(what)}
Where=${unspecified(point)}
Type=${type}
Options=${unspecified(options.join(','))}

[Install]
WantedBy=local-fs.target
`;
}

function unspecified(text: string): string {
  return text.replaceAll('%', '%%');
}
