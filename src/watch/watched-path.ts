import { type FSWatcher, watch } from 'chokidar';
import { watchAncestors } from '../adapters/ancestors.ts';
import { messageOf } from '../model/error.ts';
import { LinkTargets } from './link-targets.ts';

/** One definition directory or file that is watched whether it exists or not. */
export class WatchedPath {
  readonly #path: string;
  readonly #onDirty: () => void;
  readonly #onError: (message: string) => void;
  #watcher: FSWatcher | undefined;
  readonly #links: LinkTargets;
  #closeAncestors: () => void = () => {};
  #closed = false;
  #again: NodeJS.Immediate | undefined;
  /** Ends the waiting of an open() whose watcher is closed before it is ready. */
  #opened: () => void = () => {};

  /** @param onError is told in words when changes may go unnoticed */
  constructor(path: string, onDirty: () => void, onError: (message: string) => void) {
    this.#path = path;
    this.#onDirty = onDirty;
    this.#onError = onError;
    this.#links = new LinkTargets(path, (each) => this.#matters(each), onDirty);
  }

  /** Resolves when every later change will be noticed. */
  async open(): Promise<void> {
    this.#closeAncestors = watchAncestors(this.#path, () => this.#replaced());
    const watcher = watch(this.#path, {
      ignoreInitial: true,
      // A definition that is a link: its target is watched too.
      followSymlinks: true,
      depth: 1,
      atomic: false,
      ignored: (path) => !this.#matters(path),
    });
    this.#watcher = watcher;
    watcher.on('all', () => this.#changed());
    // chokidar drops a second event within a few milliseconds; the kernel's own events are all there.
    watcher.on('raw', (_kind, name) => {
      if (typeof name !== 'string' || isDefinitionName(name)) this.#changed();
    });
    watcher.on('error', (error) => {
      this.#onError(
        `cannot watch ${this.#path}: ${messageOf(error)}; umlnfsd reads changes there when it is reloaded (for more files raise fs.inotify.max_user_watches)`,
      );
      this.#onDirty();
    });
    await new Promise<void>((resolve) => {
      this.#opened = resolve;
      watcher.once('ready', resolve);
    });
    if (!this.#closed) await this.#links.refresh();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearImmediate(this.#again);
    this.#closeAncestors();
    await this.#watcher?.close();
    this.#opened();
    await this.#links.close();
  }

  #changed(): void {
    // It may be a link, or was one.
    void this.#links.refresh();
    this.#onDirty();
  }

  #matters(path: string): boolean {
    if (path === this.#path) return true;
    if (!path.startsWith(`${this.#path}/`)) return false;
    const [first = '', second, ...deeper] = path.slice(this.#path.length + 1).split('/');
    if (deeper.length > 0 || !isDefinitionName(first)) return false;
    return second === undefined || (first.endsWith('.d') && isDefinitionName(second));
  }

  /** The path leads to something else now: everything is watched anew, once for a burst of such events. */
  #replaced(): void {
    this.#onDirty();
    if (this.#again !== undefined || this.#closed) return;
    this.#again = setImmediate(() => {
      this.#again = undefined;
      if (this.#closed) return;
      this.#closeAncestors();
      const old = this.#watcher;
      const opened = this.#opened;
      // What happened between the two is seen by the load that follows.
      void this.open().then(() => {
        opened();
        this.#onDirty();
      });
      void old?.close();
    });
  }
}

/** Editors' and packagers' own files begin with a dot or end otherwise. */
function isDefinitionName(name: string): boolean {
  return !name.startsWith('.') && /\.(conf|network)(\.d)?$/.test(name);
}
