import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isKernelName, kernelDirectory, kernelFile } from '../../definition/kernel-name.ts';
import { messageOf, UserError } from '../../model/error.ts';

/** A kernel that umlnfs has built. */
export interface InstalledKernel {
  readonly name: string;
  /** The UML binary. */
  readonly path: string;
  /** As it was told when the kernel was built; empty where that is not known. */
  readonly version: string;
  /** Of the binary, in bytes. */
  readonly size: number;
  /** When it was built, milliseconds since the epoch. */
  readonly builtAt: number;
}

/** In the order of their names; empty where the directory does not exist. */
export async function listKernels(directory: string = kernelDirectory): Promise<InstalledKernel[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(`list the kernels in ${directory}`, messageOf(error), {
      hint: error.code === 'ENOTDIR' ? 'name a directory' : 'run it as root',
      cause: error,
    });
  });
  const found = await Promise.all(names.sort().map((name) => findKernel(name, directory)));
  return found.filter((kernel) => kernel !== undefined);
}

/** Undefined where there is no kernel of that name. */
export async function findKernel(
  name: string,
  directory: string = kernelDirectory,
): Promise<InstalledKernel | undefined> {
  if (!isKernelName(name)) return undefined;
  const path = join(directory, name, kernelFile);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  const version = await readFile(join(directory, name, 'version'), 'utf8').catch(() => '');
  return { name, path, version: version.trim(), size: found.size, builtAt: found.mtimeMs };
}

/** What is meant on a command line: the kernel of that name, else a file. */
export async function kernelOperand(operand: string): Promise<string> {
  return (await findKernel(operand))?.path ?? operand;
}

/** Whatever is left of it is removed too. */
export async function removeKernel(name: string, directory: string = kernelDirectory): Promise<void> {
  if (!isKernelName(name)) throw new Error(`${name} is no name of a kernel`);
  await rm(join(directory, name), { recursive: true, force: true });
}
