import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The same package under another version, as the next release would be, at `target`. */
export async function nextRelease(deb: string, version: string, target: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'umlnfs-next-'));
  try {
    const tree = join(work, 'tree');
    await execa('dpkg-deb', ['--raw-extract', deb, tree]);
    const control = join(tree, 'DEBIAN/control');
    const text = await readFile(control, 'utf8');
    await writeFile(control, text.replace(/^Version: .*$/m, `Version: ${version}`));
    await execa('dpkg-deb', ['--root-owner-group', '--build', tree, target]);
  } finally {
    await rm(work, { recursive: true });
  }
}
