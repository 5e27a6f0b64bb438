import { resolve } from 'node:path';
import { type InstalledKernel, listKernels } from '../../../adapters/kernels/store.ts';
import { kernelDirectory } from '../../../definition/kernel-name.ts';
import type { KernelNamed } from '../../../definition/kernel-users.ts';
import { UserError } from '../../../model/error.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { kernelUse } from '../../kernel-use.ts';
import { print, tell } from '../../output.ts';
import { printable } from '../../printable.ts';
import { columns } from '../../show/columns.ts';
import type { Invocation } from '../../verb.ts';

interface Listed extends InstalledKernel {
  /** Undefined where that cannot be told. */
  readonly users: readonly KernelNamed[] | undefined;
}

export async function list(invocation: Invocation): Promise<ExitReason> {
  const kernels = await listKernels(resolve(invocation.value('directory') ?? kernelDirectory));
  const usersOf = await kernelUse(invocation.value('config-dir')).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    // The kernels are there to be seen all the same.
    tell(error.message);
    return undefined;
  });
  const listed = await Promise.all(
    kernels.map(async (kernel): Promise<Listed> => ({ ...kernel, users: await usersOf?.(kernel.path) })),
  );
  if (invocation.flag('json')) print(`${JSON.stringify(listed.map(forPrograms), undefined, 2)}\n`);
  else print(columns(['NAME', 'VERSION', 'SIZE', 'BUILT', 'NAMED BY'], listed.map(cells)));
  return 'ok';
}

function forPrograms({ name, path, version, size, builtAt, users }: Listed) {
  return {
    name,
    path,
    version: printable(version),
    size,
    built: new Date(builtAt).toISOString(),
    namedBy: users?.map(({ file, line }) => ({ file, line })) ?? null,
  };
}

function cells({ name, version, size, builtAt, users }: Listed): string[] {
  const files = users === undefined ? ['?'] : [...new Set(users.map(({ file }) => file))];
  return [
    name,
    printable(version) || '-',
    `${(size / 1024 / 1024).toFixed(1)}M`,
    new Date(builtAt).toISOString().slice(0, 10),
    files.join(' ') || '-',
  ];
}
