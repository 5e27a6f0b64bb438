import type { GuestWanted } from '../model/desired.ts';
import type { KernelCaps } from '../model/observed.ts';

/** Names modules that the initramfs loads besides those for the root. */
export const modulesArgument = 'umlnfs.modules=';

/** What makes a kernel with modules an NFS server; one with everything built in needs nothing. */
export function modulesArguments({ serves }: GuestWanted, { nfsRoot }: KernelCaps): readonly string[] {
  return serves && nfsRoot === 'initramfs' ? [`${modulesArgument}nfsd`] : [];
}
