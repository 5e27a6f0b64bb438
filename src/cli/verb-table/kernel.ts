import { configOption, jsonOption } from '../options.ts';
import type { Options, Verb } from '../verb.ts';

const directoryOption = {
  directory: {
    type: 'string',
    value: 'DIRECTORY',
    doc: 'Where kernels are kept: /var/lib/umlnfs/kernels by default, the only place where Kernel= finds them by name.',
  },
} as const satisfies Options;

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
  {
    name: 'kernel build',
    synopsis: '',
    summary: 'Build a UML kernel that mounts an NFS root by itself, and install it for Kernel=.',
    doc: 'Sources are those of a Debian package or any tree of Linux 6.1 or later. All that a guest needs is built in; what the tree does not have is told. It takes some minutes and two gigabytes in /var/tmp (or TMPDIR). The kernel is there under its name when it is whole, and has been asked what it can do; its path is printed. After a failure or Ctrl-C nothing is left.',
    operands: { kind: 'none', min: 0, max: 0 },
    options: {
      from: {
        type: 'string',
        value: 'PACKAGE',
        doc: 'A Debian package with sources, like linux-source-6.1. Without it and --source the newest that is installed.',
      },
      source: {
        type: 'string',
        value: 'TREE',
        doc: 'A directory or tarball with sources. A directory is not written to, and must not have been built in.',
      },
      config: {
        type: 'string',
        value: 'FILE',
        doc: 'Further lines of kernel configuration (CONFIG_X=y). One that the tree does not take is an error.',
      },
      name: { type: 'string', value: 'NAME', doc: 'The name of the kernel, its version by default.' },
      replace: {
        type: 'boolean',
        doc: 'Replace the kernel of that name. Guests that run from it go on with the old one until they are started again.',
      },
      install: {
        type: 'boolean',
        doc: 'Install Debian packages that are missing: the sources, and what compiles them.',
      },
      jobs: {
        type: 'string',
        short: 'j',
        value: 'NUMBER',
        doc: 'How much is compiled at once; as much as there are processors by default.',
      },
      ...directoryOption,
    },
    run: async (call) => (await import('../verbs/kernel/build.ts')).build(call),
  },
  {
    name: 'kernel list',
    synopsis: '',
    summary: 'Show the kernels that umlnfs has built, and the definitions that name them.',
    operands: { kind: 'none', min: 0, max: 0 },
    options: { ...jsonOption, ...directoryOption, ...configOption },
    run: async (call) => (await import('../verbs/kernel/list.ts')).list(call),
  },
  {
    name: 'kernel remove',
    synopsis: 'NAME…',
    summary: 'Remove kernels that umlnfs has built, but none that a definition names.',
    operands: { kind: 'kernel', min: 1, max: Number.POSITIVE_INFINITY },
    options: { ...directoryOption, ...configOption },
    run: async (call) => (await import('../verbs/kernel/remove.ts')).remove(call),
  },
];
