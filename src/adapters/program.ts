import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a program is: in PATH, or where root's programs are, which is not in everybody's PATH. */
export async function findProgram(name: string): Promise<string | undefined> {
  const directories = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/bin',
  ];
  for (const directory of directories) {
    if (directory === '') continue;
    const file = join(directory, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
