import type { Presence } from '../../model/kernel-options.ts';
import type { KernelReport } from '../../model/kernel-report.ts';
import { printable } from '../printable.ts';

const colours: Readonly<Record<Presence, number>> = { present: 32, module: 33, missing: 31 };

/** What a kernel has, what it lacks, and at the end what comes of it. */
export function reportText(report: KernelReport, coloured: boolean): string {
  const paint = (code: number, text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const width = Math.max(...report.options.map(({ option }) => option.length));
  const rows = report.options.map(
    ({ option, about, presence }) =>
      `  ${paint(colours[presence], presence.padEnd(7))}  ${option.padEnd(width)}  ${about}\n`,
  );
  const root = rows.filter((_, index) => report.options[index]?.group === 'root').join('');
  const guest = rows.filter((_, index) => report.options[index]?.group === 'guest').join('');
  const seccomp = report.seccomp ? 'present' : 'missing';
  const extra = `  ${paint(report.seccomp ? 32 : 33, seccomp)}  ${'seccomp='.padEnd(width)}  processes under seccomp instead of ptrace (6.16 and later)\n`;
  return `${report.path}: Linux ${printable(report.version)}

Root on NFS by the kernel itself:
${root}
What umlnfs and guests use besides:
${guest}${extra}
${verdict(report)}`;
}

function verdict({ verdict, reason, hint, consequences }: KernelReport): string {
  if (verdict === 'cannot')
    return `cannot be used: ${reason}\n${hint === undefined ? '' : `hint: ${hint}\n`}`;
  const first = verdict === 'works' ? 'works' : `works with an initramfs: ${reason}`;
  return [first, ...consequences.map((one) => `- ${one}`)].map((line) => `${line}\n`).join('');
}
