import { messageOf, UserError } from '../../model/error.ts';
import { type KernelAsked, type KernelReport, kernelReport } from '../../model/kernel-report.ts';
import { findModules } from '../uml/modules.ts';
import { hasSeccomp, probeKernel, readKernel } from '../uml/probe.ts';
import { nobody } from '../uml/unprivileged.ts';

/**
 * What a UML kernel can do and what umlnfs makes of it, asked from the binary, which is not booted.
 * @throws UserError for what is no UML kernel at all
 */
export async function describeKernel(path: string): Promise<KernelReport> {
  const who = nobody();
  const { version, config, help } = await readKernel(path, who);
  return kernelReport({ path, version, config, seccomp: hasSeccomp(help), use: await use(path, version) });
}

async function use(path: string, version: string): Promise<KernelAsked['use']> {
  try {
    const caps = await probeKernel(path, nobody());
    const modules = caps.nfsRoot === 'initramfs' ? await findModules(path, version) : undefined;
    return { ok: true, caps, modules: modules?.directory };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // What cannot be done is said by the verdict; here only why.
    const reason = messageOf(error).replace(`cannot use kernel ${path}: `, '');
    return { ok: false, reason, hint: error.hint };
  }
}
