import type { ExitReason } from './exit-codes.ts';

export interface Option {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** What stands for the value in the help, e.g. `SECONDS`; for type `string`. */
  readonly value?: string;
  /** It may be given again, and all of it counts. */
  readonly many?: true;
  readonly doc: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The command line of a verb, parsed. */
export interface Invocation {
  readonly operands: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  /** Of an option that may be given many times. */
  values(name: string): readonly string[];
}

export interface Verb {
  /** One word, or two: `kernel check` is one of the verbs of the group `kernel`. */
  readonly name: string;
  /** After the verb: `NAME…`, `[FILE…]`. */
  readonly synopsis: string;
  /** One line. */
  readonly summary: string;
  /** More, in whole sentences. */
  readonly doc?: string;
  /** What operands are, for completions and messages. */
  readonly operands: {
    readonly kind: 'guest' | 'file' | 'kernel' | 'root' | 'verb' | 'none';
    readonly min: number;
    readonly max: number;
  };
  readonly options: Options;
  /** Loads what carries it out, and does so. */
  readonly run: (invocation: Invocation) => Promise<ExitReason>;
}

/** The command line is wrong: the message, without `umlnfs: `. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
