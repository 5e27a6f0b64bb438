import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * Builds the Debian package of this checkout, which takes a minute; UMLNFS_TEST_DEB is one that is there already.
 * @param directory where it is put
 * @returns its path
 */
export async function debianPackage(directory: string): Promise<string> {
  const given = process.env.UMLNFS_TEST_DEB;
  if (given !== undefined) return given;
  const script = join(import.meta.dirname, '../../packaging/package.sh');
  const { stdout } = await execa('sh', [script, '--out', directory]);
  const file = stdout.split('\n').at(-1) ?? '';
  if (!file.endsWith('.deb')) throw new Error(`packaging/package.sh built no package: ${stdout}`);
  return file;
}

/** What the package depends on, for a host without a network; what builds add to it is Node.js and the C library. */
export async function dependencies(): Promise<string[]> {
  const file = join(import.meta.dirname, '../../packaging/debian/control');
  const field = /^Depends:(.*(?:\n .*)*)/m.exec(await readFile(file, 'utf8'))?.[1];
  if (field === undefined) throw new Error(`${file} has no Depends:`);
  const names = field.split(',').map((one) => one.trim());
  return [
    'nodejs',
    ...names.filter((one) => !one.startsWith('${')).map((one) => one.replace(/[ (|].*/s, '')),
  ];
}
