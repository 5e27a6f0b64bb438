import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../model/error.ts';
import { runCommand } from '../../long-work/command.ts';
import { jailed } from '../../long-work/jail.ts';
import type { Work } from '../../long-work/work.ts';

/**
 * Unpacks a tarball, compressed in any way that tar knows, into `tree`. It may hold what it likes: tar refuses `..`
 * and makes absolute names relative, and works where there is nothing of the host to be reached.
 */
export async function fillFromTarball(
  tree: string,
  scratch: string,
  file: string,
  work: Work,
): Promise<void> {
  const { action, signal, progress } = work;
  const found = await stat(file).catch((error: unknown) => {
    throw new UserError(action, messageOf(error), { hint: 'name another with --from-tarball=' });
  });
  if (!found.isFile()) throw new UserError(action, `${file} is no file`);
  progress.phase('unpacking the tarball');
  const jail = join(scratch, 'jail');
  await mkdir(jail);
  const command = jailed(
    jail,
    [
      { from: file, to: 'tarball', writable: false },
      { from: tree, to: 'target', writable: true },
    ],
    [
      ...['tar', '--extract', '--file=/tarball', '--directory=/target', '--numeric-owner'],
      ...['--same-owner', '--preserve-permissions', '--acls', '--xattrs', '--xattrs-include=*'],
      ...['--delay-directory-restore', '--checkpoint=1000', '--checkpoint-action=echo=%T'],
    ],
  );
  await runCommand(command, {
    action,
    signal,
    name: 'tar',
    onMessage: (line) => {
      const bytes = /([\d.]+[KMGT]iB)/.exec(line)?.[1];
      if (bytes !== undefined) progress.detail(bytes);
    },
    chatter: /^tar: (Removing leading|Read: )/,
  });
  const names = await readdir(tree);
  if (!names.includes('etc') && !names.includes('usr') && !names.includes('bin') && !names.includes('sbin')) {
    throw new UserError(action, 'the tarball holds no root: there is no etc, usr, bin or sbin at its top', {
      hint: 'pack it with: tar -C ROOT -cf FILE .',
    });
  }
}
