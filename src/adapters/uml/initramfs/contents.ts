import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../../model/error.ts';
import type { KernelCaps } from '../../../model/observed.ts';
import { findBusybox } from '../busybox.ts';
import { findModules, type KernelModule, moduleName } from '../modules.ts';

/** What the init script runs. */
const applets = 'cat env ifconfig modprobe mount poweroff route sh sleep switch_root umount'.split(' ');
/** What it can do without. */
const optionalApplets = ['udhcpc'];

/** The files that an initramfs is made of; every one of them is in its name's digest. */
export interface Contents {
  readonly version: string;
  readonly busybox: string;
  /** Names that busybox gets. */
  readonly applets: readonly string[];
  /** Absolute paths of modules as they are packaged, each after those it needs. */
  readonly modules: readonly string[];
  /** The text of the image's modules.dep, with the modules in one directory. */
  readonly modulesDep: string;
  readonly init: Buffer;
  readonly lease: Buffer;
}

/**
 * Looks up what the initramfs of a kernel consists of. Throws UserError where something is missing.
 * @param more names of modules besides those for the root
 */
export async function findContents(
  kernel: string,
  caps: KernelCaps,
  more: readonly string[],
): Promise<Contents> {
  const action = `build the initramfs for kernel ${kernel}`;
  const busybox = await findBusybox();
  if (busybox === undefined) {
    throw new UserError(action, 'there is no statically linked busybox', {
      hint: 'apt install busybox-static',
    });
  }
  const missing = applets.filter((applet) => !busybox.applets.has(applet));
  if (missing.length > 0) {
    throw new UserError(action, `${busybox.path} has no ${missing.join(', ')}`, {
      hint: 'apt install busybox-static',
    });
  }
  const found = await findModules(kernel, caps.version, more);
  return {
    version: caps.version,
    busybox: busybox.path,
    applets: [...applets, ...optionalApplets.filter((applet) => busybox.applets.has(applet))],
    modules: found?.modules.map(({ file }) => join(found.directory, file)) ?? [],
    modulesDep: (found?.modules ?? []).map(dependencies).join(''),
    init: await script('init.sh', action),
    lease: await script('lease.sh', action),
  };
}

/** A line of modules.dep. */
function dependencies({ file, needs }: KernelModule): string {
  return `${imageName(file)}: ${needs.map(imageName).join(' ')}\n`;
}

/** A module's name in the image: not compressed, and in one directory with the others. */
export function imageName(path: string): string {
  return `${moduleName(path)}.ko`;
}

async function script(name: string, action: string): Promise<Buffer> {
  try {
    return await readFile(fileURLToPath(new URL(`./${name}`, import.meta.url)));
  } catch (error) {
    throw new UserError(action, messageOf(error), { hint: 'install umlnfs again', cause: error });
  }
}
