import { execa } from 'execa';

/** Removes a tree of guest files as root; what is mounted in it stays. No error when there is none. */
export async function removeTree(path: string): Promise<void> {
  await execa('rm', ['--recursive', '--force', '--one-file-system', '--', path]);
}
