import { type Diagnosis, ok, warning } from './diagnosis.ts';

const item = 'disks of guests';

/** A root on this host that its guest can write to. */
export interface RootDisk {
  readonly guest: string;
  readonly path: string;
  /** What tells its file system from others. */
  readonly device: number;
}

/**
 * An export without subtree_check guards a file system and not a directory: guests on the same one are kept apart by
 * their good will alone, and so is the host where it is the host's.
 */
export function judgeSharedDisks(roots: readonly RootDisk[]): Diagnosis[] {
  const shared = new Map<number, RootDisk[]>();
  for (const root of roots) shared.set(root.device, [...(shared.get(root.device) ?? []), root]);
  const found = [...shared.values()].flatMap((together) => {
    const paths = [...new Set(together.map(({ path }) => path))];
    if (paths.length < 2) return [];
    const names = together.map(({ guest }) => guest);
    const first = names[0] ?? '';
    return [
      warning(
        item,
        `the roots of ${listed(names)} share a file system: each can fill it, and reach the others' files by made-up file handles`,
        `umlnfs rootfs clone --size=4G ${first} NEW, and Directory= for ${first}; new roots get a file system of their own`,
      ),
    ];
  });
  if (found.length > 0 || roots.length < 2) return found;
  return [ok(item, 'each guest has a file system of its own')];
}

function listed(names: readonly string[]): string {
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
