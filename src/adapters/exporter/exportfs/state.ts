import type { Look } from './host.ts';
import { type ExportEntry, type OwnEntry, parseEtab, parseExports, parseOwn } from './text.ts';

/** An export of umlnfs, as our tables have it. */
export interface OwnSeen extends OwnEntry {
  /** False where only the copy has it. */
  readonly inTable: boolean;
}

/** What a look at a machine's tables says. */
export interface State {
  readonly threads: number;
  /** What is exported now. */
  readonly etab: readonly ExportEntry[];
  readonly own: readonly OwnSeen[];
  /** What the tables of others say, with the file. */
  readonly others: readonly { readonly file: string; readonly entry: ExportEntry }[];
  knows(path: string): boolean;
  resolved(path: string): string;
}

export function stateOf(look: Look): State {
  const own = new Map<string, OwnSeen>();
  for (const entry of parseOwn(look.copy)) own.set(keyOf(entry), { ...entry, inTable: false });
  for (const entry of parseOwn(look.own)) own.set(keyOf(entry), { ...entry, inTable: true });
  return {
    threads: look.threads,
    etab: parseEtab(look.etab),
    own: [...own.values()],
    others: look.others.flatMap(({ file, text }) => parseExports(text).map((entry) => ({ file, entry }))),
    knows: (path) => look.resolved.has(path),
    resolved: (path) => look.resolved.get(path) ?? path,
  };
}

export function keyOf(entry: { readonly client: string; readonly path: string }): string {
  return `${entry.client}:${entry.path}`;
}
