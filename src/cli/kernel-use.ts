import { realpath } from 'node:fs/promises';
import { locations } from '../daemon/locations.ts';
import { type KernelNamed, kernelsNamed } from '../definition/kernel-users.ts';
import { UserError } from '../model/error.ts';
import { loadDefinitions } from '../watch/load.ts';

/** Where the definitions name kernels, by the kernel's real path. @throws UserError where some cannot be read */
export async function kernelUse(
  configDir: string | undefined,
): Promise<(path: string) => Promise<readonly KernelNamed[]>> {
  const where = locations(configDir);
  const loaded = await loadDefinitions(where.directories, where.hostFile);
  const unread = [
    ...loaded.hostProblems,
    ...[...loaded.guests.values()].flatMap(({ problems }) => problems),
    ...(loaded.complete ? [] : loaded.problems),
  ].find(({ severity }) => severity === 'error');
  if (unread !== undefined) {
    throw new UserError('tell which kernels are in use', `${unread.file}: ${unread.message}`, {
      hint: 'run it as root, or correct the file',
    });
  }
  const named = await Promise.all(
    kernelsNamed(loaded).map(async (one) => ({ ...one, real: await real(one.path) })),
  );
  return async (path) => {
    const wanted = await real(path);
    return named.filter((one) => one.real === wanted);
  };
}

function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
