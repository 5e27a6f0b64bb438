import { type KernelNamed, kernelsNamed } from '../definition/kernel-users.ts';
import { definitionsInUse, realPathOf, refuseUnread, withRealPaths } from './definitions-in-use.ts';

/** Where the definitions name kernels, by the kernel's real path. @throws UserError where some cannot be read */
export async function kernelUse(
  configDir: string | undefined,
): Promise<(path: string) => Promise<readonly KernelNamed[]>> {
  const definitions = await definitionsInUse(configDir);
  refuseUnread('kernels', definitions);
  const named = await withRealPaths(kernelsNamed(definitions.loaded));
  return async (path) => {
    const wanted = await realPathOf(path);
    return named.filter((one) => one.real === wanted);
  };
}
