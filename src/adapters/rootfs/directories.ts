/** Directories inside a guest's root, walked by descriptor so that no link leads out of it. */
import { constants, type FileHandle, mkdir, open, readlink } from 'node:fs/promises';
import { UserError } from '../../model/error.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** Links that are followed for one path, as the kernel has it. */
export const maxLinks = 40;
/** Descriptors for one root: more are only needed where a guest's links wander about to use them up. */
const maxOpen = 500;

export interface Directory {
  readonly handle: FileHandle;
  /** undefined for the root, whose `..` is itself. */
  readonly up: Directory | undefined;
}

export class Directories {
  readonly top: Directory;
  readonly #path: string;
  readonly #handles: FileHandle[];
  readonly #cache = new Map<string, Promise<Directory | undefined>>();

  /** @param path the root's directory, for messages; `handle` is it, and is closed with the rest */
  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.top = { handle, up: undefined };
    this.#handles = [handle];
  }

  /** The directory of a path, undefined where it is missing. It is remembered: tailoring asks for the same few. */
  enter(path: string, create: boolean): Promise<Directory | undefined> {
    if (path === '') return Promise.resolve(this.top);
    const key = `${create ? '+' : '-'}${path}`;
    let found = this.#cache.get(key);
    if (found === undefined) {
      found = this.enter(parentOf(path), create).then((up) =>
        up === undefined ? undefined : this.walk(up, [baseOf(path)], create),
      );
      this.#cache.set(key, found);
    }
    return found;
  }

  /** From a directory on, component by component, links resolved inside the root. */
  async walk(start: Directory, path: readonly string[], create: boolean): Promise<Directory | undefined> {
    const parts = [...path];
    let directory = start;
    let links = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part === '..') {
        directory = directory.up ?? directory;
        continue;
      }
      const next = await this.#step(directory, part, create);
      if (next === undefined) return undefined;
      if (typeof next !== 'string') {
        directory = next;
        continue;
      }
      if (++links > maxLinks) throw this.error(`enter ${path.join('/')}`, 'it is a chain of too many links');
      parts.unshift(...partsOf(next));
      if (next.startsWith('/')) directory = this.top;
    }
    return directory;
  }

  /** One component down: a directory, the target of a link, or undefined where it is missing. */
  async #step(directory: Directory, name: string, create: boolean): Promise<Directory | string | undefined> {
    if (this.#handles.length >= maxOpen)
      throw this.error(`enter ${name}`, 'links lead through too many directories');
    const path = at(directory, name);
    for (let attempt = 0; ; attempt++) {
      try {
        const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        this.#handles.push(handle);
        return { handle, up: directory };
      } catch (error) {
        const code = codeOf(error);
        if (code === 'ENOENT') {
          if (!create || attempt > 3) return undefined;
          await mkdir(path, 0o755).catch((why) => {
            if (codeOf(why) !== 'EEXIST') throw this.error(`make directory ${name}`, reason(why), why);
          });
        } else if (code === 'ENOTDIR' || code === 'ELOOP') {
          const target = await readlink(path).catch(() => undefined);
          if (target !== undefined) return target;
          // It may have been a link a moment ago; a root that flickers is given up.
          if (attempt > 3) throw this.error(`enter ${name}`, 'it is no directory');
        } else {
          throw this.error(`enter ${name}`, reason(error), error);
        }
      }
    }
  }

  error(action: string, cause: string, error?: unknown): UserError {
    return new UserError(`${action} in guest root ${this.#path}`, cause, {
      hint: `look at it on the host: ls -la ${this.#path}`,
      cause: error,
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#cache.values());
    await Promise.all(this.#handles.splice(0).map((handle) => handle.close()));
  }
}

export function at(directory: Directory, name: string): string {
  return `/proc/self/fd/${directory.handle.fd}/${name}`;
}

export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

export function parentOf(path: string): string {
  return partsOf(path).slice(0, -1).join('/');
}

export function baseOf(path: string): string {
  const base = partsOf(path).at(-1);
  if (base === undefined || base === '..') throw new Error(`not a path of a file: ${path}`);
  return base;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Without Node's `open '/proc/self/fd/…'`, which says nothing to people. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/, \w+ '.*$/s, '');
}
