import type { ExportWanted } from '../../model/desired.ts';
import type { ExporterSeen } from '../../model/observed.ts';

/** The NFS server on this host, whoever it is. Only exports of umlnfs are ever changed or removed. */
export interface Exporter {
  readonly kind: ExporterSeen['kind'];
  /** What is exported now, by anybody, read from the server itself. */
  observe(): Promise<ExporterSeen>;
  /** Resolves when exports can be added; nothing to do where they already can. UserError otherwise. */
  start(): Promise<void>;
  /**
   * Makes the export be as wanted: adds it, repairs it, or changes its options in place. Others of the same guest
   * stay. UserError where somebody else exports the same, or the directory is none.
   */
  add(wanted: ExportWanted): Promise<void>;
  /** No error when there is no such export; somebody else's is left alone. */
  remove(guest: string, path: string, client: string): Promise<void>;
  /** Called, soon and at least once, when exports or the server may have changed. Returns the way to stop that. */
  onChange(listener: () => void): () => void;
  /** Lets go; `stopServer` ends a server that umlnfs itself started, with its exports. Never anybody else's. */
  close(options: { stopServer: boolean }): Promise<void>;
}
