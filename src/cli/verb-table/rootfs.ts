import { configOption } from '../options.ts';
import { tailorOptions } from '../tailor-options.ts';
import type { Verb } from '../verb.ts';

export const rootfsVerbs: readonly Verb[] = [
  {
    name: 'rootfs tailor',
    synopsis: 'NAME|DIRECTORY',
    summary: 'Make a root fit for a guest, and give it accounts, keys and a network style as asked.',
    doc: 'NAME is a guest, whose definition tells the rest, or a root in the export directory. What is right already stays as it is, so that it can be done again; the guest may be running. Links in the root are followed inside of it only. Without the options for accounts, network and console it does what the daemon does before each start, and makes /dev/nfs.',
    operands: { kind: 'root', min: 1, max: 1 },
    options: {
      'dry-run': {
        type: 'boolean',
        short: 'n',
        doc: 'Change nothing, and print what would change as a unified diff.',
      },
      ...tailorOptions,
      ...configOption,
    },
    run: async (call) => (await import('../verbs/rootfs/tailor.ts')).tailor(call),
  },
];
