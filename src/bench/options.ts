import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What is measured, in this order. */
export const parts = ['start', 'fleet', 'disk', 'tailored', 'reaction'] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  /** Where bench.json and bench.svg go; undefined: nowhere. */
  readonly out: string | undefined;
  /** Fewer rounds. */
  readonly quick: boolean;
  readonly only: readonly Part[];
  /** The guests' kernel; undefined: the default of definitions. */
  readonly kernel: string | undefined;
  /** What is kept for the next run: the Debian root and initramfs images. */
  readonly keep: string;
  /** Sockets and definitions; gone at the end. Short, because paths of sockets are. */
  readonly runtime: string;
}

export const usage = `Usage: npm run bench [-- OPTION…]

Measures umlnfs side by side with the bare kernel command line, in a network namespace of its own, and prints a
table. Nothing of this machine is changed.

  --out DIR    write bench.json and bench.svg into DIR as well
  --quick      fewer rounds
  --only PART  measure this part only: ${parts.join(', ')}; may be repeated
  --kernel X   a UML kernel, instead of the packaged one
  --help       print this and exit

Environment: UMLNFS_BENCH_DIR, the directory that keeps a Debian root for the next run
(default /var/cache/umlnfs-bench).
`;

const keepByDefault = '/var/cache/umlnfs-bench';
const runtimeByDefault = '/run/umlnfs-bench';

/**
 * @param directory what UMLNFS_BENCH_DIR says
 * @returns 'help' where help was asked for
 * @throws an error with a code ERR_PARSE_ARGS_… for anything unknown
 */
export function parseBench(argv: readonly string[], directory: string | undefined): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      out: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      kernel: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const only = values.only?.map(partOf) ?? parts;
  const shared = {
    out: values.out === undefined ? undefined : resolve(values.out),
    quick: values.quick,
    only,
    kernel: values.kernel === undefined ? undefined : resolve(values.kernel),
  };
  if (directory === undefined || directory === '') {
    return { ...shared, keep: keepByDefault, runtime: runtimeByDefault };
  }
  const keep = resolve(directory);
  const digest = createHash('sha256').update(keep).digest('hex').slice(0, 8);
  return { ...shared, keep, runtime: `${runtimeByDefault}-${digest}` };
}

function partOf(name: string): Part {
  const part = parts.find((each) => each === name);
  if (part !== undefined) return part;
  throw Object.assign(new Error(`--only ${name}: there is no such part (${parts.join(', ')})`), {
    code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE',
  });
}
