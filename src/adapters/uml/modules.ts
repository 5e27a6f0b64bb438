import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files of a module as its directory has them. */
export const moduleSuffix = /\.ko(\.(gz|xz|zst))?$/;

/** Each file system is enough for a root of its version; what each needs is in modules.dep. */
const roots = ['nfsv4', 'nfsv3'] as const;

export interface KernelModule {
  /** Relative to the directory that modules.dep is in. */
  readonly file: string;
  /** All it needs, the most basic last, as in modules.dep. */
  readonly needs: readonly string[];
}

export interface ModuleSet {
  /** The directory that modules.dep is in. */
  readonly directory: string;
  /** Each after those it needs. */
  readonly modules: readonly KernelModule[];
}

/**
 * The modules of a kernel for NFS roots, looked up where packages put UML's modules, beside the binary, and where
 * `make modules_install` puts them. `undefined` where no directory has them.
 * @param more names of others; left out where the kernel has them not
 */
export async function findModules(
  kernel: string,
  version: string,
  more: readonly string[] = [],
  packaged = '/usr/lib/uml/modules',
): Promise<ModuleSet | undefined> {
  for (const directory of moduleDirectories(kernel, version, packaged)) {
    let dep: string;
    try {
      dep = await readFile(join(directory, 'modules.dep'), 'utf8');
    } catch {
      continue;
    }
    if (loadOrder(dep, roots).length === 0) continue;
    const modules = loadOrder(dep, [...roots, ...more]);
    if (await allExist(directory, modules)) return { directory, modules };
  }
  return undefined;
}

/** Where {@link findModules} looks, in that order. */
export function moduleDirectories(
  kernel: string,
  version: string,
  packaged = '/usr/lib/uml/modules',
): string[] {
  // The version is the kernel's word: it must not lead out of the directories.
  if (!/^[\w.+~-]+$/.test(version) || version.startsWith('.')) return [];
  const beside = dirname(kernel);
  return [
    join(packaged, version),
    join(beside, 'modules', version),
    join(beside, 'lib/modules', version),
    join('/lib/modules', version),
  ];
}

/**
 * Order in which modules load, from the text of modules.dep, whose lines name what a module needs, the most
 * basic last. Modules that are not in it are left out: they are built in, or this kernel has them not.
 */
export function loadOrder(dep: string, wanted: readonly string[]): KernelModule[] {
  const needs = new Map<string, readonly string[]>();
  for (const line of dep.split('\n')) {
    const colon = line.indexOf(':');
    const words = line.slice(colon + 1).split(' ');
    // Paths that lead out of the directory are not of a kernel's own making.
    if (colon > 0 && inside(line.slice(0, colon))) {
      needs.set(
        line.slice(0, colon),
        words.filter((word) => word !== '' && inside(word)),
      );
    }
  }
  const order = new Set<string>();
  for (const name of wanted) {
    const file = [...needs.keys()].find((path) => moduleName(path) === name);
    if (file === undefined) continue;
    for (const needed of (needs.get(file) ?? []).toReversed()) order.add(needed);
    order.add(file);
  }
  return [...order].map((file) => ({ file, needs: needs.get(file) ?? [] }));
}

function inside(path: string): boolean {
  return !path.startsWith('/') && !path.split('/').includes('..');
}

/** `nfsv4` for `kernel/fs/nfs/nfsv4.ko.xz`. */
export function moduleName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(moduleSuffix, '')
    .replaceAll('-', '_');
}

async function allExist(directory: string, modules: readonly KernelModule[]): Promise<boolean> {
  for (const { file } of modules) {
    const found = await stat(join(directory, file)).catch(() => undefined);
    if (found?.isFile() !== true) return false;
  }
  return true;
}
