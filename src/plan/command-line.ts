import type { GuestWanted } from '../model/desired.ts';
import { letter } from '../model/disk-device.ts';
import { UserError } from '../model/error.ts';
import type { KernelCaps } from '../model/observed.ts';
import { checkArguments, checkNotRepeated, checkSocketPath } from './kernel/limits.ts';
import { networkArguments } from './kernel/network.ts';
import { type Mount, nfsrootArgument } from './kernel/nfsroot.ts';
import { modulesArguments } from './modules.ts';

export interface CommandLineInput {
  readonly guest: GuestWanted;
  readonly caps: KernelCaps;
  /** Path of the initramfs, for kernels that need one; undefined while it is not built. */
  readonly initramfs: string | undefined;
  readonly mount: Mount;
  readonly paths: {
    /** The directory in which UML makes its own (`NAME/mconsole`, `NAME/pid`). */
    readonly umlDir: string;
    readonly notify: string;
    /** An empty directory: hostfs shows nothing else of the host. */
    readonly hostfsJail: string;
  };
}

/** Where a guest's kernel listens for mconsole requests. */
export function mconsolePath(umlDir: string, guest: string): string {
  return `${umlDir}/${guest}/mconsole`;
}

/**
 * The arguments of a guest's kernel, without the binary. Throws UserError (`cannot start guest …`) where this
 * kernel cannot do what the definition asks for, or would misread it.
 */
export function kernelCommandLine(input: CommandLineInput): string[] {
  const { guest, caps, paths } = input;
  const action = `start guest ${guest.name}`;
  checkSocketPath(action, mconsolePath(paths.umlDir, guest.name));
  checkSocketPath(action, paths.notify);
  checkProtocol(action, guest, caps);
  const own = [
    `umid=${guest.name}`,
    `uml_dir=${paths.umlDir}`,
    `mem=${Math.ceil(guest.memoryBytes / 1024)}K`,
    ...initramfsArguments(input),
    ...rootArguments(action, input),
    ...modulesArguments(guest, caps),
    ...guest.disks.map(({ path }, index) => `ubd${letter(index)}=${path}`),
    ...networkArguments(action, guest, caps),
    ...(guest.init === undefined ? [] : [`init=${guest.init}`]),
    ...(caps.seccomp ? [`seccomp=${guest.seccomp}`] : []),
    // A guest that reboots would execute its kernel again in place, and fail: the tap is still held.
    'noreboot',
    `mconsole=notify:${paths.notify}`,
    `hostfs=${paths.hostfsJail}`,
    // All consoles and serial lines lead nowhere, but the first writes to stdout and the second has a pts.
    'con=null',
    'con0=null,fd:1',
    'con1=pts',
    'ssl=null',
    // UML would add it at the end, where `--` among a guest's arguments makes it init's.
    'console=tty0',
  ];
  checkNotRepeated(action, guest.arguments, own);
  // Last: `--` among them hands the rest to init.
  const all = [...own, ...guest.arguments];
  checkArguments(action, all, guest.arguments);
  return all;
}

function rootArguments(action: string, { guest, mount }: CommandLineInput): readonly string[] {
  const mode = guest.root.readOnly ? 'ro' : 'rw';
  if (guest.root.onDisk) return ['root=/dev/ubda', mode];
  return [
    'root=/dev/nfs',
    mode,
    nfsrootArgument(action, guest.root, mount),
    // Servers tell clients apart by it, and two with the same one steal each other's sessions.
    `nfs.nfs4_unique_id=${guest.name}-${guest.network.mac.replaceAll(':', '')}`,
  ];
}

function initramfsArguments({ caps, initramfs }: CommandLineInput): readonly string[] {
  if (caps.nfsRoot === 'builtin') return [];
  // Unpacked beside everything else, it holds up the helper program that kernels of Debian call for each of some hundred
  // devices: all of those wait at once, and in a small guest their memory is what init would need, and it panics.
  return [...(initramfs === undefined ? [] : [`initrd=${initramfs}`]), 'initramfs_async=0'];
}

/** The kernel would say no more than that it cannot mount its root. */
function checkProtocol(action: string, { root }: GuestWanted, { udp, version }: KernelCaps): void {
  if (udp || !root.options.includes('proto=udp')) return;
  throw new UserError(
    action,
    `Protocol=udp needs a kernel without CONFIG_NFS_DISABLE_UDP_SUPPORT, and this one (${version}) has it`,
    { hint: 'use Protocol=tcp, or a kernel made by umlnfs kernel build' },
  );
}
