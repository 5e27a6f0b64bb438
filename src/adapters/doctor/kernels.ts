import type { KernelSeen } from '../../model/doctor/kernels.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { describeKernel } from '../kernels/describe.ts';
import { findBusybox } from '../uml/busybox.ts';

/** Asks each kernel what it can do. @param users the guests that use it, by its path */
export async function readKernels(users: ReadonlyMap<string, readonly string[]>): Promise<KernelSeen[]> {
  const busybox = (await findBusybox()) !== undefined;
  return Promise.all(
    [...users].map(async ([path, guests]) => ({ path, guests, busybox, report: await describe(path) })),
  );
}

async function describe(path: string): Promise<KernelSeen['report']> {
  try {
    return await describeKernel(path);
  } catch (error) {
    const problem = messageOf(error).replace(`cannot use kernel ${path}: `, '');
    return { problem, hint: error instanceof UserError ? error.hint : undefined };
  }
}
