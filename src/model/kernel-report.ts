import { type KernelConfig, transportsOf } from './kernel-config.ts';
import { assessOptions, type OptionSeen } from './kernel-options.ts';
import type { KernelCaps } from './observed.ts';

/** What comes of a kernel: its root by itself, by an initramfs, or not at all. */
export type KernelVerdict = 'works' | 'works-with-initramfs' | 'cannot';

export interface KernelReport {
  readonly path: string;
  readonly version: string;
  readonly verdict: KernelVerdict;
  /** Why it cannot, or what its initramfs is made of; empty where it works by itself. */
  readonly reason: string;
  /** What to do where it cannot. */
  readonly hint: string | undefined;
  readonly options: readonly OptionSeen[];
  readonly transports: readonly string[];
  readonly autoconf: readonly string[];
  /** It can run its processes under seccomp instead of ptrace. */
  readonly seccomp: boolean;
  /** What does not work of all that umlnfs can do, in clauses with the option that is missing. */
  readonly consequences: readonly string[];
}

export interface KernelAsked {
  readonly path: string;
  readonly version: string;
  readonly config: KernelConfig;
  readonly seccomp: boolean;
  /** What umlnfs would do with it; or why it cannot use it. */
  readonly use:
    | { readonly ok: true; readonly caps: KernelCaps; readonly modules: string | undefined }
    | { readonly ok: false; readonly reason: string; readonly hint: string | undefined };
}

/** What follows from what a kernel said. */
export function kernelReport({ path, version, config, seccomp, use }: KernelAsked): KernelReport {
  const options = assessOptions(config);
  const verdict = !use.ok ? 'cannot' : use.caps.nfsRoot === 'builtin' ? 'works' : 'works-with-initramfs';
  return {
    path,
    version,
    verdict,
    reason: use.ok ? initramfsOf(use.caps, use.modules) : use.reason,
    hint: use.ok ? undefined : use.hint,
    options,
    transports: use.ok ? use.caps.transports : transportsOf(config),
    autoconf: use.ok ? use.caps.ipAutoconf : [],
    seccomp,
    consequences: use.ok ? [...consequencesOf(options, verdict), ...dhcp(use.caps)] : [],
  };
}

/** The initramfs has its own ways. */
function dhcp({ nfsRoot, ipAutoconf }: KernelCaps): string[] {
  if (nfsRoot === 'builtin' || ipAutoconf.includes('dhcp')) return [];
  return ['Autoconf=dhcp does not work: no CONFIG_PACKET, or no busybox-static on this host'];
}

function initramfsOf({ nfsRoot }: KernelCaps, modules: string | undefined): string {
  if (nfsRoot === 'builtin') return '';
  return modules === undefined
    ? 'umlnfs makes it; no module is needed'
    : `umlnfs makes it, with the modules in ${modules}`;
}

function matters({ presence, initramfs, loaded, group }: OptionSeen, verdict: KernelVerdict): boolean {
  if (presence === 'present') return false;
  if (verdict === 'works-with-initramfs') {
    // Its NFS modules are loaded before the root is mounted, and what the kernel cannot do is done there.
    if (initramfs === true) return false;
    if (presence === 'module' && (group === 'root' || loaded === true)) return false;
  }
  return true;
}

function consequencesOf(options: readonly OptionSeen[], verdict: KernelVerdict): string[] {
  const lacking = options.filter((row) => matters(row, verdict));
  // What is said of the whole need not be said of its parts.
  const said = new Set(lacking.map(({ option }) => option));
  return lacking.filter(({ partOf }) => partOf === undefined || !said.has(partOf)).map(consequence);
}

function consequence({ option, presence, without, inverse }: OptionSeen): string {
  if (inverse === true) return `${without}: ${option} is on`;
  return presence === 'module'
    ? `${without} until the module of ${option} is loaded`
    : `${without}: no ${option}`;
}
