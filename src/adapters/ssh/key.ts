import { access, chmod, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import { makePrivateDirectory } from '../state/private-directory.ts';

/**
 * The key by which umlnfs is let in where it drives an NFS server. Made at the first call.
 * @param directory only root can look into it
 * @returns the path of the private key; that of the public one has `.pub` behind it
 */
export async function ensureKey(directory: string, name?: string): Promise<string> {
  const key = keyIn(directory, name);
  if (await hasKey(directory, name)) return key;
  await makePrivateDirectory(directory);
  await chmod(directory, 0o700);
  const work = await mkdtemp(join(directory, '.new-'));
  try {
    const made = join(work, 'key');
    const { failed, code, stderr } = await execa(
      'ssh-keygen',
      ['-q', '-t', 'ed25519', '-N', '', '-C', 'umlnfs', '-f', made],
      { reject: false, stdin: 'ignore', timeout: 30_000 },
    );
    if (failed) {
      throw new UserError(
        `make the key ${key}`,
        code === 'ENOENT' ? 'there is no ssh-keygen' : stderr.trim(),
        code === 'ENOENT' ? { hint: 'install it with: apt-get install openssh-client' } : {},
      );
    }
    // The public part last: with it the key is whole.
    await rename(made, key);
    await rename(`${made}.pub`, `${key}.pub`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return key;
}

/** Where the private key is, or will be. */
export function keyIn(directory: string, name = 'id_ed25519'): string {
  return join(directory, name);
}

/** The one line of the public part. */
export async function publicKey(directory: string, name?: string): Promise<string> {
  return (await readFile(`${await ensureKey(directory, name)}.pub`, 'utf8')).trim();
}

export function hasKey(directory: string, name?: string): Promise<boolean> {
  return access(`${keyIn(directory, name)}.pub`).then(
    () => true,
    () => false,
  );
}
