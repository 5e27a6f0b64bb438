import type { ExportWanted } from '../../../model/desired.ts';

/** What there is to see of the exports on a machine. */
export interface Look {
  /** Of the kernel's server. */
  readonly threads: number;
  /** Texts of files, empty where there is none. */
  readonly etab: string;
  /** The table of umlnfs … */
  readonly own: string;
  /** … and the copy of it that nobody else touches. */
  readonly copy: string;
  readonly others: readonly { readonly file: string; readonly text: string }[];
  /** The paths asked for, links resolved as exportfs does it. One that is gone is as it was written. */
  readonly resolved: ReadonlyMap<string, string>;
}

/** A machine with exportfs(8) on it. */
export interface ExportHost {
  /** For messages: ` on root@nfs1`, or nothing for this machine. */
  readonly where: string;
  look(paths: readonly string[]): Promise<Look>;
  /** Replaces our table and its copy, each at once or not at all; undefined removes them. */
  write(table: string | undefined): Promise<void>;
  /** What exportfs says; its exit status tells nothing, since it also fails for what others exported. */
  exportfs(action: string, args: readonly string[]): Promise<string>;
  /** UserError where the directory cannot be exported. */
  check(action: string, wanted: ExportWanted): Promise<void>;
}
