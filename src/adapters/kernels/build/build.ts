import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../model/error.ts';
import type { Request } from '../../../model/kernel-fragment.ts';
import type { KernelReport } from '../../../model/kernel-report.ts';
import { runCommand } from '../../long-work/command.ts';
import type { Progress, Work } from '../../long-work/work.ts';
import { readKernel } from '../../uml/probe.ts';
import { nobody } from '../../uml/unprivileged.ts';
import { describeKernel } from '../describe.ts';
import { checkName, checkPlace, install, stage } from '../install.ts';
import { checkConfig, configure, readFragments } from './configure.ts';
import { locateSource, openSource, type SourceWanted } from './source.ts';

export interface BuildWanted {
  readonly source: SourceWanted;
  /** A further fragment of configuration, a file. */
  readonly config: string | undefined;
  /** Without it the version of the tree. */
  readonly name: string | undefined;
  /** Whether a kernel of that name is replaced. */
  readonly replace: boolean;
  /** How much is compiled at once; without it as much as there are processors. */
  readonly jobs: number | undefined;
  /** Where kernels are kept. */
  readonly directory: string;
}

export interface Built {
  readonly name: string;
  readonly report: KernelReport;
  /** What umlnfs would have liked and the tree does not have. */
  readonly without: readonly Request[];
}

/**
 * Builds a UML kernel with everything a guest needs built in, and installs it when it is whole and has been asked
 * what it can do. Takes minutes. Nothing stays behind where it fails or is ended early.
 * @throws UserError with the compiler's last lines; the signal's reason
 */
export async function buildKernel(
  wanted: BuildWanted,
  signal: AbortSignal,
  progress: Progress,
): Promise<Built> {
  const action = wanted.name === undefined ? 'build a kernel' : `build kernel ${wanted.name}`;
  try {
    return await build(wanted, { action, signal, progress });
  } catch (error) {
    signal.throwIfAborted();
    // Of files and programs; what is a defect shows by its stack.
    if (error instanceof UserError || !(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(action, messageOf(error), { cause: error });
  }
}

async function build(wanted: BuildWanted, work: Work): Promise<Built> {
  const { directory, replace } = wanted;
  const { action, signal, progress } = work;
  if (wanted.name !== undefined) await checkName(wanted.name, { directory, replace, action });
  await checkPlace(directory, action);
  const asked = await readFragments(wanted.config, action);
  const source = await locateSource(wanted.source, work);
  const scratch = await makeScratch(process.env.TMPDIR || '/var/tmp', action);
  try {
    const output = join(scratch, 'build');
    await mkdir(output);
    const tree = await openSource(source, scratch, work);
    const make = ['make', '--no-print-directory', '-C', tree, `O=${output}`, 'ARCH=um'];
    const version = await runCommand([...make, '-s', 'kernelversion'], { action, signal });
    const name = wanted.name ?? version.trim();
    if (wanted.name === undefined) await checkName(name, { directory, replace, action });
    const without = await configure(make, output, asked, work);
    await compile(make, wanted.jobs ?? availableParallelism(), work);
    progress.phase('checking');
    const staged = await stage(directory, name, output, work);
    try {
      const report = await describeKernel(staged.kernel);
      if (report.verdict !== 'works') throw new UserError(action, `of what was compiled, ${report.reason}`);
      checkConfig((await readKernel(staged.kernel, nobody())).config, asked, action);
      signal.throwIfAborted();
      const path = await install(staged, { name, directory, replace, action, version: report.version });
      return { name, report: { ...report, path }, without };
    } finally {
      await rm(staged.directory, { recursive: true, force: true });
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeScratch(parent: string, action: string): Promise<string> {
  try {
    return await mkdtemp(join(parent, 'umlnfs-kernel-'));
  } catch (error) {
    throw new UserError(action, messageOf(error), {
      hint: `it is built in ${parent}: make that, or name another directory by TMPDIR=`,
      cause: error,
    });
  }
}

async function compile(
  make: readonly string[],
  jobs: number,
  { action, signal, progress }: Work,
): Promise<void> {
  progress.phase('compiling');
  let files = 0;
  await runCommand([...make, `-j${jobs}`, 'linux'], {
    action,
    signal,
    // Who built it, and where, is nothing that guests need to know.
    env: { KBUILD_BUILD_USER: 'umlnfs', KBUILD_BUILD_HOST: 'umlnfs' },
    onLine: (line) => {
      const file = /^\s+[A-Z][A-Z0-9_]*\s+(\S+)/.exec(line)?.[1];
      if (file === undefined) return;
      files += 1;
      progress.detail(`${files} files, ${file}`);
    },
    hint: 'correct the sources, or name others with --source=',
  });
}
