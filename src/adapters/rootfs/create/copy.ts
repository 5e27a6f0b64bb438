import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../long-work/command.ts';
import { jailed } from '../../long-work/jail.ts';
import type { Work } from '../../long-work/work.ts';

/**
 * Copies a root, with what is mounted in it left out. It is a guest's, so the copying sees nothing else.
 * @param reflink share the blocks of both until one is written to, or fail
 */
export async function copyTree(
  source: string,
  tree: string,
  scratch: string,
  reflink: boolean,
  { action, signal, progress }: Work,
): Promise<void> {
  progress.phase(reflink ? 'cloning' : 'copying');
  const jail = join(scratch, 'jail');
  await mkdir(jail);
  const shown = [
    { from: source, to: 'source', writable: false },
    { from: tree, to: 'target', writable: true },
  ];
  const how = reflink ? 'always' : 'auto';
  const command = ['cp', '--archive', '--no-target-directory', `--reflink=${how}`, '/source', '/target'];
  await runCommand(jailed(jail, shown, command), { action, signal, name: 'cp' });
}
