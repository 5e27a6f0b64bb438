import { resolve } from 'node:path';
import { describeKernel } from '../../../adapters/kernels/describe.ts';
import { kernelOperand } from '../../../adapters/kernels/store.ts';
import type { KernelReport } from '../../../model/kernel-report.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { coloured, print } from '../../output.ts';
import { printable } from '../../printable.ts';
import { reportText } from '../../show/kernel.ts';
import type { Invocation } from '../../verb.ts';

export async function check(invocation: Invocation): Promise<ExitReason> {
  const [operand = ''] = invocation.operands;
  const report = await describeKernel(resolve(await kernelOperand(operand)));
  if (invocation.flag('json')) print(`${JSON.stringify(forPrograms(report), undefined, 2)}\n`);
  else print(reportText(report, coloured()));
  return report.verdict === 'cannot' ? 'failure' : 'ok';
}

function forPrograms({ options, hint, version, ...report }: KernelReport) {
  return {
    ...report,
    version: printable(version),
    hint: hint ?? '',
    options: options.map(({ option, about, group, presence }) => ({ option, about, group, presence })),
  };
}
