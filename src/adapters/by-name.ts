import { watchAncestors } from './ancestors.ts';

/**
 * Watches a file by its name, whatever becomes of it and of the directories above it: it may come, go and be replaced
 * within milliseconds. chokidar does not notice all of that, and can lose sight of the file for good.
 *
 * @param options.neighbours whether what happens to the other files of its directory matters, too
 * @returns ends it. `onChange` may be called more than once for a change, and for none
 */
export function watchByName(
  path: string,
  onChange: () => void,
  options: { readonly neighbours?: boolean } = {},
): () => void {
  let again: NodeJS.Immediate | undefined;
  let close = begin();
  function begin(): () => void {
    return watchAncestors(path, changed, options);
  }
  function changed(): void {
    onChange();
    // Its name may lead elsewhere now: once for a burst.
    again ??= setImmediate(() => {
      again = undefined;
      close();
      close = begin();
      // What happened before this is told to nobody any more.
      onChange();
    });
  }
  return () => {
    clearImmediate(again);
    again = undefined;
    close();
  };
}
