import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Watches for a path to appear, vanish or be replaced, at any depth: each existing directory above it is watched for
 * the one name that leads on. chokidar does not do this: it loses a directory that is deleted and made again, and one
 * whose parent is missing too.
 *
 * @param options.neighbours whether anything in the directory that the path is in matters
 * @returns closes it. `onChange` is called when the path may lead to something else; watch anew then
 */
export function watchAncestors(
  path: string,
  onChange: () => void,
  { neighbours = false }: { readonly neighbours?: boolean } = {},
): () => void {
  const watchers: FSWatcher[] = [];
  for (let child = path; child !== dirname(child); child = dirname(child)) {
    const name = basename(child);
    try {
      // A directory that is watched and removed reports its own name.
      const own = basename(dirname(child));
      const watcher = watch(dirname(child), { persistent: true }, (kind, changed) => {
        const matters = changed === name || (neighbours && child === path);
        if (matters || (kind === 'rename' && changed === own)) onChange();
      });
      watcher.on('error', onChange);
      watchers.push(watcher);
    } catch {
      // Missing or not ours to read: what is above it tells when that changes.
    }
  }
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}
