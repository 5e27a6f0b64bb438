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
