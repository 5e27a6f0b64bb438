import type { KernelReport } from '../kernel-report.ts';
import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

/** A kernel that definitions name, or the one that they would have. */
export interface KernelSeen {
  readonly path: string;
  /** The guests that use it. */
  readonly guests: readonly string[];
  readonly report: KernelReport | { readonly problem: string; readonly hint: string | undefined };
  /** Whether a static busybox is there, which an initramfs needs. */
  readonly busybox: boolean;
}

export function judgeKernel({ path, guests, report, busybox }: KernelSeen): Diagnosis {
  const item = `kernel ${path}`;
  const who =
    guests.length === 0 ? '' : ` (${guests.slice(0, 3).join(', ')}${guests.length > 3 ? ', …' : ''})`;
  // Where no guest is defined yet, the default need not be there.
  const judge = guests.length === 0 ? warning : failure;
  if ('problem' in report) return judge(item, `${report.problem}${who}`, report.hint ?? 'correct Kernel=');
  const { version, verdict, reason, hint } = report;
  if (verdict === 'cannot') return judge(item, `cannot be used: ${reason}${who}`, hint ?? 'correct Kernel=');
  if (verdict === 'works') return ok(item, `Linux ${version}, mounts its root by itself`);
  if (!busybox)
    return judge(item, `its initramfs needs a static busybox${who}`, 'apt install busybox-static');
  return ok(item, `Linux ${version}, with an initramfs`);
}
