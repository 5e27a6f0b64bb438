import type { ExportWanted } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';
import type { ExporterSeen } from '../../model/observed.ts';
import type { Exporter } from './exporter.ts';

/** Stands in where no NFS server is installed, and looks again whether one is each time it is asked for one. */
export class LateExporter implements Exporter {
  readonly #choose: () => Promise<Exporter | UserError>;
  readonly #listeners = new Map<() => void, () => void>();
  #problem: UserError;
  #chosen: Exporter | undefined;

  constructor(problem: UserError, choose: () => Promise<Exporter | UserError>) {
    this.#problem = problem;
    this.#choose = choose;
  }

  get kind(): ExporterSeen['kind'] {
    return this.#chosen?.kind ?? 'exportfs';
  }

  async observe(): Promise<ExporterSeen> {
    if (this.#chosen !== undefined) return this.#chosen.observe();
    const { message, hint } = this.#problem;
    return {
      kind: this.kind,
      running: false,
      problem: hint === undefined ? message : `${message}; ${hint}`,
      exports: [],
    };
  }

  async start(): Promise<void> {
    await (await this.#exporter()).start();
  }

  async add(wanted: ExportWanted): Promise<void> {
    await (await this.#exporter()).add(wanted);
  }

  async remove(guest: string, path: string, client: string): Promise<void> {
    await this.#chosen?.remove(guest, path, client);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.set(listener, this.#chosen?.onChange(listener) ?? (() => {}));
    return () => {
      this.#listeners.get(listener)?.();
      this.#listeners.delete(listener);
    };
  }

  async close(options: { stopServer: boolean }): Promise<void> {
    await this.#chosen?.close(options);
  }

  async #exporter(): Promise<Exporter> {
    if (this.#chosen !== undefined) return this.#chosen;
    const found = await this.#choose();
    if (found instanceof UserError) {
      this.#problem = found;
      throw found;
    }
    this.#chosen = found;
    for (const listener of this.#listeners.keys()) this.#listeners.set(listener, found.onChange(listener));
    return found;
  }
}
