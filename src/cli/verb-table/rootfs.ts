import { groundOptions } from '../ground-options.ts';
import { busOption, configOption, jsonOption } from '../options.ts';
import { tailorOptions } from '../tailor-options.ts';
import type { Options, Verb } from '../verb.ts';

const directoryOption = {
  directory: {
    type: 'string',
    value: 'DIRECTORY',
    doc: 'The directory that roots are in, instead of Export= of [Directories] in umlnfs.conf (/export). A definition then says Directory=DIRECTORY/NAME.',
  },
} as const satisfies Options;

export const rootfsVerbs: readonly Verb[] = [
  {
    name: 'rootfs create',
    synopsis: 'NAME',
    summary: 'Make a root for the guest of that name.',
    doc: 'It is a Debian by mmdebstrap, or by debootstrap where only that is installed, with what a guest needs to boot; or a copy of this host; or what a tarball holds. Copies get a machine-id and SSH host keys of their own. It is there under its name when it is whole; its path is printed. After a failure or Ctrl-C nothing is left.',
    operands: { kind: 'root', min: 1, max: 1 },
    options: {
      suite: { type: 'string', value: 'SUITE', doc: "The release, like trixie; the host's own by default." },
      arch: {
        type: 'string',
        value: 'ARCHITECTURE',
        doc: "The architecture, like amd64; the host's own by default.",
      },
      mirror: { type: 'string', value: 'URL', doc: 'Where packages come from.' },
      include: {
        type: 'string',
        value: 'PACKAGES',
        doc: 'Further packages, with commas between: systemd, udev, ifupdown and the like are there anyway.',
      },
      variant: { type: 'string', value: 'VARIANT', doc: 'What mmdebstrap calls so; minbase by default.' },
      'from-host': {
        type: 'boolean',
        doc: 'Copy the directories of this host, not crossing into other file systems: bin, sbin, lib, usr, etc, var and opt. Passwords, keys, logs of the journal, kernel modules, and what umlnfs keeps are left out, and home, root, srv and tmp are empty.',
      },
      'from-tarball': {
        type: 'string',
        value: 'FILE',
        doc: 'Unpack a tarball of a root, compressed or not. Whatever is in it, nothing outside of the root is touched.',
      },
      ...groundOptions,
      ...tailorOptions,
      ...directoryOption,
      ...configOption,
    },
    run: async (call) => (await import('../verbs/rootfs/create.ts')).create(call),
  },
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
  {
    name: 'rootfs clone',
    synopsis: 'SOURCE NAME',
    summary: 'Make a root for the guest NAME that begins as another root is.',
    doc: 'It tells how: as a reflink where the file system can, else as an overlay where no definition has the source as its root, else as a copy. The clone of a root that has a file system of its own is a copy with one as large. The clone has a machine-id, SSH host keys and a host name of its own. No guest may run from the source meanwhile; beneath an overlay it must stay as it is, so that no guest is started from it as long as there are clones.',
    operands: { kind: 'root', min: 2, max: 2 },
    options: {
      method: { type: 'string', value: 'METHOD', doc: 'auto (the default), reflink, overlay or copy.' },
      ...groundOptions,
      ...directoryOption,
      ...configOption,
    },
    run: async (call) => (await import('../verbs/rootfs/clone.ts')).clone(call),
  },
  {
    name: 'rootfs list',
    synopsis: '',
    summary: 'Show the roots, what is in them, and the guests that have them.',
    operands: { kind: 'none', min: 0, max: 0 },
    options: { ...jsonOption, ...directoryOption, ...configOption },
    run: async (call) => (await import('../verbs/rootfs/list.ts')).list(call),
  },
  {
    name: 'rootfs show',
    synopsis: 'NAME',
    summary: 'Show a root in full.',
    operands: { kind: 'root', min: 1, max: 1 },
    options: { ...jsonOption, ...directoryOption, ...configOption },
    run: async (call) => (await import('../verbs/rootfs/show.ts')).show(call),
  },
  {
    name: 'rootfs remove',
    synopsis: 'NAME',
    summary: 'Remove a root, but none that is in use.',
    doc: 'In use is what a definition names, what a guest that runs has as its root, and what is exported. On a terminal it asks first; elsewhere it takes --yes.',
    operands: { kind: 'root', min: 1, max: 1 },
    options: {
      yes: { type: 'boolean', short: 'y', doc: 'Remove it without a question.' },
      ...directoryOption,
      ...configOption,
    },
    run: async (call) => (await import('../verbs/rootfs/remove.ts')).remove(call),
  },
  {
    name: 'rootfs reset',
    synopsis: 'NAME…',
    summary:
      'Give guests the roots that they began with, made anew from what Clone= of their definitions names.',
    doc: 'What is in their roots is lost. Those that run are shut down, and started again when their roots are new; the others get theirs with their next start. On a terminal it asks first; elsewhere it takes --yes.',
    operands: { kind: 'guest', min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      yes: { type: 'boolean', short: 'y', doc: 'Do it without a question.' },
      ...configOption,
      ...busOption,
    },
    run: async (call) => (await import('../verbs/rootfs/reset.ts')).reset(call),
  },
];
