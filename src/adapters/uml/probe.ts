import { type BigIntStats, constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { sanitise } from '../../model/end.ts';
import { messageOf, UserError } from '../../model/error.ts';
import {
  autoconfOf,
  type KernelConfig,
  nfsOverUdp,
  nfsRootWay,
  parseConfig,
  transportsOf,
} from '../../model/kernel-config.ts';
import { assessOptions } from '../../model/kernel-options.ts';
import type { KernelCaps } from '../../model/observed.ts';
import { findBusybox } from './busybox.ts';
import { findModules, moduleDirectories, moduleName } from './modules.ts';
import { type Identity, runUntrusted } from './unprivileged.ts';

/** Time (ms) for each question; a UML kernel answers in some 10. */
const timeout = 10_000;

/** What a kernel binary says about itself. */
export interface KernelFacts {
  readonly path: string;
  readonly version: string;
  readonly config: KernelConfig;
  /** What --help prints. */
  readonly help: string;
}

const facts = new Map<string, Promise<KernelFacts>>();
const caps = new Map<string, Promise<KernelCaps>>();

/**
 * What a kernel binary can do, asked from the binary itself, which runs without privileges for it. The answer
 * is kept as long as the file is the same. Throws UserError (`cannot use kernel PATH: …`) for what is no UML
 * kernel, or one without a way to an NFS root.
 */
export async function probeKernel(path: string, runAs: Identity): Promise<KernelCaps> {
  return await kept(caps, path, runAs, async () => capsOf(await readKernel(path, runAs)));
}

/**
 * What a kernel binary says about itself, also where umlnfs could not use it; kept as {@link probeKernel} does.
 * Throws UserError for what is no UML kernel.
 */
export async function readKernel(path: string, runAs: Identity): Promise<KernelFacts> {
  return await kept(facts, path, runAs, () => ask(path, runAs));
}

async function kept<T>(
  cache: Map<string, Promise<T>>,
  path: string,
  { uid, gid }: Identity,
  make: () => Promise<T>,
): Promise<T> {
  const seen = await statKernel(path);
  const key = [path, uid, gid, seen.dev, seen.ino, seen.size, seen.mtimeNs, seen.ctimeNs].join('\0');
  const before = cache.get(key);
  if (before !== undefined) return await before;
  const making = make();
  cache.set(key, making);
  // A cause outside the file (missing modules) may be mended without touching it.
  making.catch(() => cache.delete(key));
  return await making;
}

async function ask(path: string, runAs: Identity): Promise<KernelFacts> {
  await checkElf(path);
  // One after the other: the first tells a stranger, which is then asked no more.
  const config = parseConfig(await answer(path, runAs, '--showconfig'));
  if (config.get('CONFIG_UML') !== 'y') throw notUml(path, 'its --showconfig has no CONFIG_UML=y');
  const [version, help] = await Promise.all([
    answer(path, runAs, '--version'),
    answer(path, runAs, '--help'),
  ]);
  return { path, version: version.trim().split('\n').at(-1) ?? '', config, help };
}

async function capsOf({ path, version, config, help }: KernelFacts): Promise<KernelCaps> {
  const nfsRoot = await nfsRootOf(path, config, version);
  const [lacking] = assessOptions(config).filter(({ need, presence }) => need && presence !== 'present');
  if (lacking !== undefined) {
    throw new UserError(`use kernel ${path}`, `it has no ${lacking.option}: ${lacking.without}`, {
      hint: `build it with ${lacking.option}=y (umlnfs kernel build does), or name another with Kernel=`,
    });
  }
  const transports = transportsOf(config);
  if (transports.length === 0) {
    throw new UserError(
      `use kernel ${path}`,
      'it has neither CONFIG_UML_NET_VECTOR nor CONFIG_UML_NET_TUNTAP: no network',
      {
        hint: "name another kernel with Kernel=, such as Debian's /usr/bin/linux.uml",
      },
    );
  }
  return {
    version,
    nfsRoot,
    ipAutoconf: nfsRoot === 'builtin' ? autoconfOf(config) : await autoconfOfInitramfs(config),
    transports,
    seccomp: hasSeccomp(help),
    udp: nfsOverUdp(config),
    ipv6: await ipv6Of(path, config, version, nfsRoot),
  };
}

/** Whether the kernel runs its processes under seccomp where it is told to. */
export function hasSeccomp(help: string): boolean {
  return /^\s*seccomp=/m.test(help);
}

async function statKernel(path: string): Promise<BigIntStats> {
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile())
      throw new UserError(`use kernel ${path}`, 'it is no regular file', { hint: 'correct Kernel=' });
    return found;
  } catch (error) {
    if (error instanceof UserError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new UserError(`use kernel ${path}`, 'there is no such file', {
        hint: 'apt install user-mode-linux, make one with umlnfs kernel build, or correct Kernel=',
        cause: error,
      });
    }
    throw new UserError(`use kernel ${path}`, messageOf(error), { cause: error });
  }
}

async function checkElf(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new UserError(`use kernel ${path}`, messageOf(error), { cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead < 4 || buffer.readUInt32BE(0) !== 0x7f454c46) throw notUml(path, 'it is no ELF executable');
  } finally {
    await file.close();
  }
}

async function answer(path: string, runAs: Identity, question: string): Promise<string> {
  const outcome = await runUntrusted(runAs, [path, question], timeout);
  if (outcome.code === 0) return outcome.stdout;
  // The exit status of env for a program that it cannot execute.
  if (outcome.code === 126 && /ermission denied/.test(outcome.stderr)) {
    throw new UserError(`use kernel ${path}`, `user ${runAs.uid} has no permission to execute it`, {
      hint: `chmod a+rx ${path}, and let everybody search the directories above it`,
    });
  }
  if (outcome.timedOut) throw notUml(path, `${question} did not end within ${timeout / 1000} s`);
  const [said = ''] = outcome.stderr.split('\n').map(sanitise);
  // What the dynamic loader says of a program that was built for a newer system.
  const lacking = /version .?(\S+?).? not found|error while loading shared libraries: (\S+):/.exec(said);
  if (lacking !== null) {
    throw new UserError(
      `use kernel ${path}`,
      `it does not run here: this system has no ${lacking[1] ?? lacking[2]}`,
      {
        hint: 'umlnfs kernel build makes one for this system; or name another with Kernel=',
      },
    );
  }
  throw notUml(path, `${question} fails`);
}

function notUml(path: string, cause: string): UserError {
  return new UserError(`use kernel ${path}`, `it is no User Mode Linux kernel: ${cause}`, {
    hint: "name a UML kernel with Kernel=, such as Debian's /usr/bin/linux.uml",
  });
}

async function nfsRootOf(
  path: string,
  config: KernelConfig,
  version: string,
): Promise<KernelCaps['nfsRoot']> {
  const way = nfsRootWay(config);
  if (way.kind === 'none') {
    throw new UserError(`use kernel ${path}`, `it has no way to an NFS root: ${way.reason}`, {
      hint: 'umlnfs kernel build makes one that has; or name another with Kernel=',
    });
  }
  if (way.kind === 'initramfs' && way.modular && (await findModules(path, version)) === undefined) {
    const places = moduleDirectories(path, version).join(', ') || 'no place';
    throw new UserError(
      `use kernel ${path}`,
      `its NFS modules are missing (version ${version}; looked in ${places})`,
      {
        hint: "install the modules that belong to it; Debian's user-mode-linux package brings its own",
      },
    );
  }
  return way.kind;
}

async function ipv6Of(
  path: string,
  config: KernelConfig,
  version: string,
  nfsRoot: KernelCaps['nfsRoot'],
): Promise<KernelCaps['ipv6']> {
  const way = config.get('CONFIG_IPV6');
  if (way === 'y') return 'builtin';
  // Only the initramfs loads modules: those in a guest's root, if any, are hardly this kernel's.
  if (way !== 'm' || nfsRoot !== 'initramfs') return 'none';
  const found = await findModules(path, version, ['ipv6']);
  return found?.modules.some(({ file }) => moduleName(file) === 'ipv6') === true ? 'module' : 'none';
}

/** The initramfs asks for addresses with busybox's udhcpc, which needs packet sockets. */
async function autoconfOfInitramfs(config: KernelConfig): Promise<KernelCaps['ipAutoconf']> {
  if (config.get('CONFIG_PACKET') !== 'y') return [];
  return (await findBusybox())?.applets.has('udhcpc') === true ? ['dhcp'] : [];
}
