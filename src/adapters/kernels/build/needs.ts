import { stat } from 'node:fs/promises';
import { UserError } from '../../../model/error.ts';
import { runCommand } from '../../long-work/command.ts';
import type { Progress } from '../../long-work/work.ts';
import { findProgram } from '../../program.ts';

/** What a kernel is built with, by the Debian package that has it. */
const needs: readonly { readonly package: string; readonly program?: string; readonly file?: string }[] = [
  { package: 'make', program: 'make' },
  { package: 'gcc', program: 'gcc' },
  { package: 'libc6-dev', file: '/usr/include/stdlib.h' },
  { package: 'binutils', program: 'strip' },
  { package: 'flex', program: 'flex' },
  { package: 'bison', program: 'bison' },
  { package: 'bc', program: 'bc' },
  { package: 'tar', program: 'tar' },
  { package: 'xz-utils', program: 'xz' },
];

/** The packages of {@link needs} that are not there. */
export async function missingPackages(): Promise<string[]> {
  const found = await Promise.all(
    needs.map(async ({ program, file }) => {
      if (program !== undefined) return (await findProgram(program)) !== undefined;
      return (await stat(file ?? '').catch(() => undefined)) !== undefined;
    }),
  );
  return needs.filter((_, index) => !found[index]).map((need) => need.package);
}

/** Installs Debian packages. @throws UserError where that is not for us, or fails */
export async function installPackages(
  action: string,
  packages: readonly string[],
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const byHand = `apt install ${packages.join(' ')}`;
  if (process.geteuid?.() !== 0)
    throw new UserError(action, `to install ${packages.join(' ')} takes root`, { hint: byHand });
  progress.phase(`installing ${packages.join(' ')}`);
  await runCommand(
    ['apt-get', '-y', '-o', 'DPkg::Lock::Timeout=300', 'install', '--no-install-recommends', ...packages],
    {
      action,
      signal,
      onLine: (line) => progress.detail(line),
      env: { DEBIAN_FRONTEND: 'noninteractive', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      hint: `apt update, then ${byHand}`,
    },
  );
}
