import { busOption, configOption, jsonOption, waitOptions } from './options.ts';
import type { Verb } from './verb.ts';
import { kernelVerbs } from './verb-table/kernel.ts';
import { rootfsVerbs } from './verb-table/rootfs.ts';

const guests = { kind: 'guest', min: 1, max: Number.POSITIVE_INFINITY } as const;
const oneGuest = { kind: 'guest', min: 1, max: 1 } as const;
const none = { kind: 'none', min: 0, max: 0 } as const;

/** First words of verbs of two, and what these are about. */
export const groups: Readonly<Record<string, string>> = {
  rootfs: 'Roots of guests: making, tailoring, showing and removing them.',
  kernel: 'Kernels for guests: what they can do, and making one that can do all.',
};

/** What the CLI can do: dispatch, --help, man page and completions are made from this. */
export const verbs: readonly Verb[] = [
  {
    name: 'status',
    synopsis: '[NAME…]',
    summary: 'Show guests: all of them in a table, or those named in full.',
    doc: 'With names, the exit status is 3 if one of them is not running. Globs and templates show a table of what they match.',
    operands: { ...guests, min: 0 },
    options: {
      ...jsonOption,
      watch: {
        type: 'boolean',
        short: 'w',
        doc: 'Go on, and show what changes. With --json one object per line.',
      },
      ...busOption,
    },
    run: async (call) => (await import('./verbs/status.ts')).status(call),
  },
  {
    name: 'start',
    synopsis: 'NAME…',
    summary: 'Start guests, and wait until they are ready.',
    operands: guests,
    options: { ...waitOptions, ...busOption },
    run: async (call) => (await import('./verbs/start.ts')).start(call),
  },
  {
    name: 'stop',
    synopsis: 'NAME…',
    summary: 'Shut guests down in an orderly way, wait until they are stopped, and keep them so.',
    operands: guests,
    options: { ...waitOptions, ...busOption },
    run: async (call) => (await import('./verbs/stop.ts')).stop(call),
  },
  {
    name: 'restart',
    synopsis: 'NAME…',
    summary: 'Shut guests down in an orderly way, start them again, and wait until they are ready.',
    operands: guests,
    options: { ...waitOptions, ...busOption },
    run: async (call) => (await import('./verbs/restart.ts')).restart(call),
  },
  {
    name: 'reset',
    synopsis: 'NAME…',
    summary: 'Clear the quarantine and the restart history of guests; they start again if they should run.',
    operands: guests,
    options: { ...waitOptions, ...busOption },
    run: async (call) => (await import('./verbs/reset.ts')).reset(call),
  },
  {
    name: 'logs',
    synopsis: 'NAME',
    summary: "Show a guest's console from its first line.",
    doc: 'Control characters are left out; colours stay on a terminal. Where systemd runs the guest, its journal is shown.',
    operands: oneGuest,
    options: {
      follow: {
        type: 'boolean',
        short: 'f',
        doc: 'Go on with what the guest writes, also after it was started again.',
      },
      lines: { type: 'string', short: 'n', value: 'LINES', doc: 'Only the last lines.' },
      ...busOption,
    },
    run: async (call) => (await import('./verbs/logs.ts')).logs(call),
  },
  {
    name: 'console',
    synopsis: 'NAME',
    summary: "Attach to a guest's console. Ctrl-] leaves it.",
    doc: 'The guest may restart meanwhile; the console attaches again. Without a terminal on standard input, its lines go to the console, and what the console says goes to standard output, until the input has ended and the console has said nothing for the time of --idle.',
    operands: oneGuest,
    options: {
      idle: {
        type: 'string',
        value: 'SECONDS',
        doc: 'Without a terminal: how long the console must be quiet after the end of the input, 1 second by default.',
      },
      ...busOption,
    },
    run: async (call) => (await import('./verbs/console.ts')).attach(call),
  },
  {
    name: 'plan',
    synopsis: '[NAME…]',
    summary: 'Show what the daemon would do now, and why, without doing it.',
    doc: 'With names, only what is about these guests. A guest whose definition is refused has a line that says why. Where no daemon can be reached, or with --config-dir, the plan is made from the definitions and what is seen of the host here.',
    operands: { ...guests, min: 0 },
    options: { ...jsonOption, ...configOption, ...busOption },
    run: async (call) => (await import('./verbs/plan.ts')).plan(call),
  },
  {
    name: 'check',
    synopsis: '[FILE|NAME…]',
    summary: 'Check the definitions as they are in the files, and what they need of this host.',
    doc: 'Prints FILE:LINE: error: MESSAGE, or warning:, for each problem; the exit status is 1 if one is an error. With files, only what is about these is shown, and about the guests that they are of; with names, globs or templates of guests, what is about these; a file outside of the directories of definitions, NAME.conf or NAME.conf.d/FILE.conf, is checked as if it was in them, with what it breaks of others. Needs no daemon.',
    operands: { kind: 'file', min: 0, max: Number.POSITIVE_INFINITY },
    options: { ...configOption },
    run: async (call) => (await import('./verbs/check.ts')).check(call),
  },
  {
    name: 'reload',
    synopsis: '',
    summary: 'Have the daemon read the definitions again, and tell their problems.',
    doc: 'The daemon watches the files and does so by itself; this tells when it is done.',
    operands: none,
    options: { ...busOption },
    run: async (call) => (await import('./verbs/reload.ts')).reload(call),
  },
  {
    name: 'doctor',
    synopsis: '',
    summary:
      'Look at this host item by item, and tell what keeps guests from running, or from running safely.',
    doc: 'Each item is ok, a warning or a failure, the last two with the command that mends it. Nothing is changed but that a file is made in the export directory and removed again. Works before anything is defined, and without a daemon; not all can be seen without root. What it tells of firewalls is as far as it understands their rules. The exit status is 1 if there is a failure.',
    operands: none,
    options: { ...jsonOption, ...configOption },
    run: async (call) => (await import('./verbs/doctor.ts')).doctor(call),
  },
  ...rootfsVerbs,
  ...kernelVerbs,
  {
    name: 'help',
    synopsis: '[VERB]',
    summary: 'Show help.',
    operands: { kind: 'verb', min: 0, max: 2 },
    options: {},
    run: async (call) => (await import('./verbs/help.ts')).help(call),
  },
];
