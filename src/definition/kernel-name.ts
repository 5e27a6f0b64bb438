/** Kernels that umlnfs has installed: what a bare name after `Kernel=` means. */

/** Holds a directory for each, `NAME`. */
export const kernelDirectory = '/var/lib/umlnfs/kernels';

/** The UML binary in the directory of a kernel. */
export const kernelFile = 'linux';

/** 1 to 64 characters; it is a part of a path, and no other path when it is written alone. */
export function isKernelName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(text);
}

export const KERNEL_NAME_SYNTAX = '1 to 64 letters, digits and . _ + -, the first a letter or digit';

/** The binary that a name stands for. */
export function kernelPathOf(name: string): string {
  return `${kernelDirectory}/${name}/${kernelFile}`;
}

/** The name that stands for a binary; undefined for one that lies elsewhere. */
export function kernelNameOf(path: string): string | undefined {
  const [name = '', file, ...more] = path.startsWith(`${kernelDirectory}/`)
    ? path.slice(kernelDirectory.length + 1).split('/')
    : [];
  return file === kernelFile && more.length === 0 && isKernelName(name) ? name : undefined;
}
