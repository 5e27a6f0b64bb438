import { resolve } from 'node:path';
import { buildKernel } from '../../../adapters/kernels/build/build.ts';
import { isSourcePackage } from '../../../adapters/kernels/build/source.ts';
import { kernelDirectory } from '../../../definition/kernel-name.ts';
import { formatRequest } from '../../../model/kernel-fragment.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { interruptible } from '../../interruptible.ts';
import { print, tell } from '../../output.ts';
import { printable } from '../../printable.ts';
import { type Invocation, UsageError } from '../../verb.ts';
import { WorkProgress } from '../../work-progress.ts';

export async function build(invocation: Invocation): Promise<ExitReason> {
  const from = invocation.value('from');
  const tree = invocation.value('source');
  const config = invocation.value('config');
  const jobs = invocation.value('jobs');
  if (from !== undefined && tree !== undefined) throw new UsageError('either --from or --source, not both');
  if (from !== undefined && !isSourcePackage(from))
    throw new UsageError(`--from=${from}: it takes the name of a package like linux-source-6.1`);
  if (jobs !== undefined && !/^[1-9]\d{0,2}$/.test(jobs))
    throw new UsageError(`--jobs=${jobs}: it takes a number`);
  const directory = resolve(invocation.value('directory') ?? kernelDirectory);
  const progress = new WorkProgress();
  const built = await interruptible('build a kernel', (signal) =>
    buildKernel(
      {
        source: {
          from,
          tree: tree === undefined ? undefined : resolve(tree),
          install: invocation.flag('install'),
        },
        config: config === undefined ? undefined : resolve(config),
        name: invocation.value('name'),
        replace: invocation.flag('replace'),
        jobs: jobs === undefined ? undefined : Number(jobs),
        directory,
      },
      signal,
      progress,
    ),
  ).finally(() => progress.end());
  const { name, report, without } = built;
  if (without.length > 0) tell(`this tree does not have ${without.map(formatRequest).join(', ')}`);
  tell(
    `kernel ${name} is ready: Linux ${printable(report.version)}, for definitions with ${keyFor(name, report.path, directory)}`,
  );
  print(`${report.path}\n`);
  return 'ok';
}

function keyFor(name: string, path: string, directory: string): string {
  return `Kernel=${directory === kernelDirectory ? name : path}`;
}
