import { resolve } from 'node:path';
import { findKernel, type InstalledKernel, removeKernel } from '../../../adapters/kernels/store.ts';
import { kernelDirectory } from '../../../definition/kernel-name.ts';
import { messageOf, UserError } from '../../../model/error.ts';
import { quote } from '../../../model/quote.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { kernelUse } from '../../kernel-use.ts';
import { tell } from '../../output.ts';
import type { Invocation } from '../../verb.ts';

export async function remove(invocation: Invocation): Promise<ExitReason> {
  const directory = resolve(invocation.value('directory') ?? kernelDirectory);
  const usersOf = await kernelUse(invocation.value('config-dir'));
  const kernels: InstalledKernel[] = [];
  // All or none.
  for (const name of new Set(invocation.operands)) {
    const action = `remove kernel ${quote(name).slice(1, -1)}`;
    const kernel = await findKernel(name, directory);
    if (kernel === undefined)
      throw new UserError(action, `there is none of that name in ${directory}`, {
        hint: 'umlnfs kernel list shows them',
      });
    const users = await usersOf(kernel.path);
    if (users.length > 0)
      throw new UserError(
        action,
        `it is named in ${users.map(({ file, line }) => `${file}:${line}`).join(', ')}`,
        {
          hint: 'name another with Kernel= there first',
        },
      );
    kernels.push(kernel);
  }
  for (const { name } of kernels) {
    await removeKernel(name, directory).catch((error: unknown) => {
      throw new UserError(`remove kernel ${name}`, messageOf(error), {
        hint: 'run it as root',
        cause: error,
      });
    });
    tell(`kernel ${name} is removed`);
  }
  return 'ok';
}
