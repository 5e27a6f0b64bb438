/** What a new root is put on, as options. Help and manual are made from this where no adapter can be loaded. */
import { ValueError } from '../definition/key.ts';
import { bytes } from '../definition/value-types.ts';
import type { Ground } from '../model/rootfs/origin.ts';
import { type Invocation, type Options, UsageError } from './verb.ts';

/** What a file system needs for itself, and then some. */
const least = 16 * 1024 ** 2;

export const groundOptions = {
  size: {
    type: 'string',
    value: 'SIZE',
    doc: 'Give the root a file system of its own, of at most that size, like 4G: it takes as much of the host as is written to it. A guest can then fill no other disk, and has no way to files outside of its root. That is the default (4G, or twice of what is copied) where there are other roots or guests.',
  },
  plain: { type: 'boolean', doc: 'Make it a directory of the file system that is there.' },
} as const satisfies Options;

/** What the options say; undefined where they say nothing. */
export function groundAsked(invocation: Invocation): Ground | undefined {
  const size = invocation.value('size');
  if (invocation.flag('plain')) {
    if (size !== undefined) throw new UsageError('either --size or --plain, not both');
    return { kind: 'plain' };
  }
  return size === undefined ? undefined : { kind: 'image', bytes: parsed(size) };
}

function parsed(text: string): number {
  try {
    const value = bytes.parse(text);
    if (value >= least) return value;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
  }
  throw new UsageError(`--size=${text}: it takes a size of 16M or more, like 4G`);
}
