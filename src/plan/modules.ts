import type { GuestWanted } from '../model/desired.ts';
import type { KernelCaps } from '../model/observed.ts';

/** Names a module that the initramfs loads besides those for the root; given once for each. */
const modulesArgument = 'umlnfs.modules=';

/**
 * The modules that the guest's initramfs has to load besides those for its root: with them it is an NFS server, or
 * speaks IPv6. A kernel with everything built in needs none.
 */
export function modulesFor(
  { serves, network }: GuestWanted,
  { nfsRoot, ipv6 }: KernelCaps,
): readonly string[] {
  return [
    ...(serves && nfsRoot === 'initramfs' ? ['nfsd'] : []),
    ...(network.ipv6 !== undefined && ipv6 === 'module' ? ['ipv6'] : []),
  ];
}

/** Tells one initramfs of a kernel from the others. */
export function modulesKey(modules: readonly string[]): string {
  return modules.join(' ');
}

export function modulesArguments(guest: GuestWanted, caps: KernelCaps): readonly string[] {
  return modulesFor(guest, caps).map((module) => `${modulesArgument}${module}`);
}

/** Whether a running guest with the word, or without it, can wait for its next start. */
export function canWait(word: string, running: boolean): boolean {
  // Modules that it does not need do no harm, and a network gets its IPv6 without an end of those in it.
  return word.startsWith(modulesArgument) && (running || word === `${modulesArgument}ipv6`);
}
