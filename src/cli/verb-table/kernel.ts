import { jsonOption } from '../options.ts';
import type { Verb } from '../verb.ts';

export const kernelVerbs: readonly Verb[] = [
  {
    name: 'kernel check',
    synopsis: 'KERNEL',
    summary: 'Show what a UML kernel can do, option by option, and whether umlnfs can use it.',
    doc: 'The kernel is a file, or the name of one that umlnfs kernel build has made. It is asked without any privileges, and not booted. The exit status is 0 if it works, by itself or with an initramfs, and 1 if it cannot.',
    operands: { kind: 'kernel', min: 1, max: 1 },
    options: { ...jsonOption },
    run: async (call) => (await import('../verbs/kernel/check.ts')).check(call),
  },
];
