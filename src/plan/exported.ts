import type { ExportWanted } from '../model/desired.ts';
import type { ExporterSeen } from '../model/observed.ts';

type Kind = ExporterSeen['kind'];

/**
 * The directory a client names to mount the export.
 *
 * Kernel nfsd: exports(5) makes the export with `fsid=0` or `fsid=root` the root of its client's NFSv4 name space, so
 * over v4 it is mounted as `/`; over v3, and without that option, by its path. NFS-Ganesha: the place in its pseudo
 * file system, see {@link pseudoPath}.
 */
export function mountDirectory(kind: Kind, wanted: ExportWanted, version: string): string {
  if (kind === 'ganesha') return pseudoPath(wanted);
  const isRoot = wanted.options.some((option) => option === 'fsid=0' || option === 'fsid=root');
  return kind === 'exportfs' && isRoot && version.startsWith('4') ? '/' : wanted.path;
}

/**
 * Where NFS-Ganesha shows the export to NFSv4 clients. Two exports cannot be at one place, but guests can share a
 * directory: it is the place of the guest that it is named after, and each other one has a place of its own. No colon
 * is in it, which parts server and directory, and no other guest's name has the @ instead.
 */
export function pseudoPath(wanted: Pick<ExportWanted, 'guest' | 'path'>): string {
  return wanted.path.endsWith(`/${wanted.guest}`)
    ? wanted.path
    : `/umlnfs/${wanted.guest.replace(':', '@')}${wanted.path}`;
}

/** The NFS version to mount with where the definition names none. */
export function defaultVersion(kind: Kind): string {
  // Guests from 7.2 on get EIO reading from Ganesha 4.3 over 4.2.
  return kind === 'ganesha' ? '4.1' : '4.2';
}
